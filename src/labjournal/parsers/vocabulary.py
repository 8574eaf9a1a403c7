"""The words that name metrics, roles and everything that is neither, in the languages logs are written in."""

from __future__ import annotations

from labjournal.parsers.reading import RoleName

METRIC_WORDS = frozenset(
    """accuracy acc accu acc1 acc5 top1 top5 err err1 err5 error f1 f2 f05 fscore fbeta f1score fmeasure hmean precision
    prec recall sensitivity specificity tpr fpr tnr fnr npv ppv fdr auc auroc rocauc aucroc auprc prauc aupr roc ap
    ar map map50 map75 map5095 ap50 ap75 aps apm apl map50-95 iou miou fwiou ciou giou dice dsc jaccard pq sq rq
    bleu bleu1 bleu2 bleu3 bleu4 sacrebleu rouge rouge1 rouge2 rougel rougelsum meteor chrf chrf2 ter cider spice
    bertscore comet wer cer mer wil wip uas las ppl perplexity bpc bpb bits loss nll nllloss logloss mse rmse mae
    mape smape wape mase r2 rsquared msle rmsle medae psnr ssim msssim lpips fid kid mcc kappa matthews pearson
    pearsonr spearman spearmanr kendall correlation corr ndcg mrr hits em score brier ece mce crossentropy
    silhouette ari nmi ami purity homogeneity completeness vmeasure reward return elbo kl fitness mpjpe pampjpe epe
    eer mindcf sdr sisdr sisnr pesq stoi mos cindex concordance likelihood deviance accuracies exactitude q2 gmean
    likelihood winrate solved sic fb1 ade fde nds mota idf1 hota cmc hausdorff hd95 assd chamfer f_score adjr2 evs
    ppx g-mean youden absrel sqrel silog gini ks pcc plcc srcc scc krcc lift entropy mad mre rse rae l1 l2 huber
    ser hd asd macc aacc mate maoe mave maae sfid rfid gfid mlas blex clas mdice mfscore mf1 sari ler jer
    success bpref rprec
    matthew mindcf точность calinski harabasz bouldin dunn chi2 chisq χ2 aic bic crps picp mpiw nrmse rrmse smse msll
    nse kge pbias qwk hter acer apcer bpcer frr cllr tdcf gauc dcg der mr medr rbp regret winrate spl bleurt moverscore
    mauve clipscore
    niqe brisque vmaf dnsmos visqol utmos mcd rmsd lddt gdt rpe auprg ibs wql mrae vmeasure ssc fms ami rmsse
    ssimulacra apfd tss hss csi bss wmape rmspe map10 uar pck pckh mpvpe mpjve abserr
    mlogloss merror aucpr nloglik mphe totalf1 npmi ccc sisnri sdri modularity bpd rew nsd asd voe rvd mc1 mc2
    bwt minp spbleu elo qed emd rejection
    mpa cpa mdape smdape pmpjpe nmpjpe aepe auc10 dtw bacc balacc faithfulness groundedness relevancy deta assa motp
    """.split()
)
"""Words that name a metric by themselves."""
RATE_OWNERS = frozenset(
    """error success win hit compliance pass detection recognition positive negative miss acceptance match
    classification solve refusal completion correct wrong abstain character word phoneme token hallucination
    exact collision fallback rejection escalation timeout failure""".split()
)
NEVER = frozenset(
    """lr learning rates time times runtime sec secs second seconds minute minutes hour hours elapsed eta duration
    speed throughput latency epoch epochs step steps iter iters iteration iterations batch batches samples sample
    size sizes num number numbers counts memory mem gpu gpus cpu ram vram cuda params parameters parameter flops
    macs dropout decay momentum seed version fn func function functions criterion warmup patience alpha beta1 beta2
    betas eps epsilon gamma temperature target goal required desired minimum_required port pid rank world workers
    threads optimizer optim scheduler hidden dim width height units layers heads max_length length path file dir year
    month day date id index cost price clip clipping scale scaler scaling interval every frequency freq logging
    log_steps smoothing delta tolerance tol early budget limit quota percentile quantile stderr stdev variance norm
    gradnorm grad gradient gradients weight weights coefficient coef lambda ratio per_second sec/it it/s fps hz
    vocabulary vocab chance random_baseline expected paper reported previous prev old baseline sota threshold
    thresholds thr cutoff hyperparameter hyperparameters arg args ram disk cache loaded skipped saved written
    created downloading downloaded loading line lines warnings errors exception exitcode exit status code mb gb kb
    bytes rows columns shape bins buckets fold folds trial trials round rounds nodes trees depth generated tokens
    majority guess guessing reg regularization penalty thres nms conf confidence degree degrees sentence sentences
    char chars age timestep timesteps
    improvement improvements improved gain gains gap drop difference diff change increase decrease reduction
    deviation deviations range interval bounds std thresh initial importance importances δ""".split()
)
"""Words whose presence makes a name something else: a setting, a time, a size, a wish, somebody else's number."""
ROLE_WORDS: dict[str, RoleName] = {
    **dict.fromkeys("train training trn learn minibatch".split(), "train"),
    **dict.fromkeys(
        "val vali valid validation validate validating dev devel development".split()
        + "eval evaluation evaluate evaluating evaluated".split(),
        "validation",
    ),
    **dict.fromkeys("test testing tst tests predict heldout holdout".split(), "test"),
}
SHORT_SETS = {"tr": "train", "va": "val", "te": "test"}
"""``va_acc``: letters that name a set straight before a metric."""
LEFT_OUT = frozenset(("cv", "crossval", "oof", "oob"))
"""Words that say that a value was measured on the folds, or on the draws, that a model was not fitted to."""
EVALUATED = frozenset("eval evaluation evaluate evaluating evaluated".split())
"""Words that say validation only where nothing says test or train."""
HEADLINE = frozenset(
    """best peak final finally overall result results summary max maximum min minimum highest lowest achieved top
    last""".split()
)
BEST = frozenset("best peak max maximum highest lowest min minimum".split())
EXTREMES = frozenset("max maximum min minimum highest lowest peak".split())
"""Words that say "best" only straight before what was measured: "Min Salary Accuracy" is no minimum."""
FILLER = frozenset(
    """the a an of on for in at is was were are our we and with to by as our this that from set sets dataset data split
    subset model network net classifier images image examples instances items got get has have reached reaches
    achieved achieves achieve obtained after now current new final finally overall result results summary stats
    metric metrics statistic report value values scored gives using over all its it so far mode phase stage performance
    resulting global computed estimation estimate estimated entire whole full complete total score evaluated measured
    observed running ema""".split()
)
CANONICAL = {
    "acc": "accuracy",
    "accu": "accuracy",
    "accuracies": "accuracy",
    "prec": "precision",
    "f1score": "f1",
    "fb1": "f1",
    "nllloss": "nll_loss",
    "crossentropy": "cross_entropy",
    "rsquared": "r2",
    "err1": "top1_err",
    "err5": "top5_err",
    "pearsonr": "pearson",
    "spearmanr": "spearman",
    "rocauc": "roc_auc",
    "aucroc": "auc_roc",
    "ppx": "perplexity",
}
QUALIFIERS = frozenset(
    """macro micro weighted samples balanced mean avg average absolute squared root rate word character token exact
    match roc auc pixel class wise top binary curve area under error log cross entropy relative percentage explained
    variance box cls dfl obj seg mask g d k i t oa aa ood id clean robust adversarial overall""".split()
)

PARAMETERS = NEVER | frozenset(
    """tau rho mu nu zeta omega theta phi psi temp wd bs beta k c p q b w x y z t m cut offset margin radius sigma
    bandwidth pvalue mixup cutmix jitter noise smooth mask prob probability fraction split version total remaining
    capacity bias pos read subsample colsample bytree bylevel bynode
    information deviation half prevalence took s ms us ns len null
    min max minimum maximum std sum mean median var avg average ci lower upper low high support count counts n reference
    ref truth label class prediction predicted pred actual value values ndf dof score_thr iou_thr seed fold fps
    voltage current power energy watts temperature humidity price amount coverage quota free used swap load
    dispersion""".split()
)
"""Words that no name from outside the vocabulary may hold: settings, statistics of a table, what was predicted."""
