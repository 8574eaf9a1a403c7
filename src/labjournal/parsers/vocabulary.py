"""The words that name metrics, roles and everything that is neither, in the languages logs are written in."""

from __future__ import annotations

from labjournal.parsers.reading import RoleName

METRIC_WORDS = frozenset(
    """accuracy acc acc1 acc5 top1 top5 err err1 err5 error f1 f2 f05 fscore fbeta f1score fmeasure hmean precision
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
    macc aacc mate maoe mave maae sfid rfid gfid mlas blex clas mdice mfscore mf1 sari ler jer success bpref rprec
    matthew mindcf точность""".split()
)
"""Words that name a metric by themselves."""
RATE_OWNERS = frozenset(
    """error success win hit compliance pass detection recognition positive negative miss acceptance match
    classification solve refusal completion correct wrong abstain character word phoneme token hallucination attack
    exact collision""".split()
)
NEVER = frozenset(
    """lr learning rates time times runtime sec secs second seconds minute minutes hour hours elapsed eta duration
    speed throughput latency epoch epochs step steps iter iters iteration iterations batch batches samples sample
    size sizes num number numbers counts memory mem gpu gpus cpu ram vram cuda params parameters parameter flops
    macs dropout decay momentum seed version fn func function functions criterion warmup patience alpha beta1 beta2
    betas eps epsilon gamma temperature target goal required desired minimum_required port pid rank world workers
    threads optimizer optim scheduler hidden dim width height layers heads max_length length path file dir year
    month day date id index cost price clip clipping scale scaler scaling interval every frequency freq logging
    log_steps smoothing delta tolerance tol early budget limit quota percentile quantile stderr stdev variance norm
    gradnorm grad gradient gradients weight weights coefficient coef lambda ratio per_second sec/it it/s fps hz
    vocabulary vocab chance random_baseline expected paper reported previous prev old baseline sota threshold
    thresholds thr cutoff hyperparameter hyperparameters arg args ram disk cache loaded skipped saved written
    created downloading downloaded loading line lines warnings errors exception exitcode exit status code mb gb kb
    bytes rows columns shape bins buckets fold folds trial trials round rounds nodes trees depth generated tokens
    reg regularization penalty thres nms conf confidence degree degrees sentence sentences char chars age
    improvement improvements improved gain gains gap drop difference diff change increase decrease reduction
    range interval bounds std thresh initial δ""".split()
)
"""Words whose presence makes a name something else: a setting, a time, a size, a wish, somebody else's number."""
ROLE_WORDS: dict[str, RoleName] = {
    **dict.fromkeys("train training trn learn".split(), "train"),
    **dict.fromkeys(
        "val vali valid validation validate validating dev devel development".split()
        + "eval evaluation evaluate evaluating evaluated".split(),
        "validation",
    ),
    **dict.fromkeys("test testing tst tests predict heldout holdout".split(), "test"),
}
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
    resulting global computed entire whole full complete total score evaluated measured observed running ema""".split()
)
CANONICAL = {
    "acc": "accuracy",
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
FOREIGN = {
    "genauigkeit": "accuracy",
    "trefferquote": "recall",
    "präzision": "precision",
    "verlust": "loss",
    "fehlerrate": "error rate",
    "exactitude": "accuracy",
    "rappel": "recall",
    "perte": "loss",
    "précision": "precision",
    "exactitud": "accuracy",
    "precisión": "precision",
    "exhaustividad": "recall",
    "sensibilidad": "sensitivity",
    "pérdida": "loss",
    "acurácia": "accuracy",
    "acuracia": "accuracy",
    "precisão": "precision",
    "revocação": "recall",
    "perda": "loss",
    "accuratezza": "accuracy",
    "precisione": "precision",
    "richiamo": "recall",
    "perdita": "loss",
    "nauwkeurigheid": "accuracy",
    "dokładność": "accuracy",
    "noggrannhet": "accuracy",
    "doğruluk": "accuracy",
    "kesinlik": "precision",
    "duyarlılık": "recall",
    "kayıp": "loss",
    "полнота": "recall",
    "потери": "loss",
    "потеря": "loss",
    "начальная": "initial",
    "конечная": "final",
    "итоговая": "final",
    "финальная": "final",
    "тестовой": "test",
    "тестовая": "test",
    "тестовом": "test",
    "тестовых": "test",
    "валидационной": "validation",
    "валидационная": "validation",
    "валидационном": "validation",
    "обучающей": "training",
    "обучающая": "training",
    "обучающем": "training",
    "тренировочной": "training",
    "выборке": "set",
    "выборка": "set",
    "данных": "data",
    "准确率": "accuracy",
    "准确度": "accuracy",
    "正确率": "accuracy",
    "精确率": "precision",
    "精确度": "precision",
    "查准率": "precision",
    "召回率": "recall",
    "raport": "report",
    "klasyfikacji": "classification",
    "informe": "report",
    "reporte": "report",
    "clasificación": "classification",
    "rapport": "report",
    "klassifikationsbericht": "classification report",
    "relatório": "report",
    "classificação": "classification",
    "rapporto": "report",
    "classificazione": "classification",
    "отчет": "report",
    "отчёт": "report",
    "классификации": "classification",
    "分类报告": "classification report ",
    "分類報告": "classification report ",
    "分類レポート": "classification report ",
    "精確度": "precision",
    "精確率": "precision",
    "準確度": "accuracy",
    "敏感度": "sensitivity",
    "灵敏度": "sensitivity",
    "靈敏度": "sensitivity",
    "特异性": "specificity",
    "特異性": "specificity",
    "特异度": "specificity",
    "特異度": "specificity",
    "f1分數": "f1",
    "especificidad": "specificity",
    "especificidade": "specificity",
    "sensibilidade": "sensitivity",
    "spécificité": "specificity",
    "sensibilité": "sensitivity",
    "specificità": "specificity",
    "spezifität": "specificity",
    "sensitivität": "sensitivity",
    "查全率": "recall",
    "损失": "loss",
    "f1值": "f1",
    "f1分数": "f1",
    "正解率": "accuracy",
    "適合率": "precision",
    "再現率": "recall",
    "損失": "loss",
    "準確率": "accuracy",
    "정확도": "accuracy",
    "정밀도": "precision",
    "재현율": "recall",
    "손실": "loss",
    "f1 스코어": "f1",
    "困惑度": "perplexity",
    "κ": "kappa",
    "検証精度": "validation accuracy ",
    "テスト精度": "test accuracy ",
    "訓練精度": "training accuracy ",
    "学習精度": "training accuracy ",
    "validierung": "validation",
    "validierungs": "validation ",
    "trainings": "training ",
    "entraînement": "training",
    "entrainement": "training",
    "apprentissage": "training",
    "entrenamiento": "training",
    "treino": "training",
    "treinamento": "training",
    "validación": "validation",
    "validação": "validation",
    "prueba": "test",
    "teste": "test",
    "训练集": "train set ",
    "训练": "training ",
    "验证集": "validation ",
    "验证": "validation ",
    "测试集": "test ",
    "测试": "test ",
    "最终": "final ",
    "最佳": "best ",
    "最好": "best ",
    "訓練": "train ",
    "学習": "train ",
    "検証": "validation ",
    "テスト": "test ",
    "훈련": "train ",
    "학습": "train ",
    "검증": "validation ",
    "테스트": "test ",
    "最高": "best ",
    "整体": "overall ",
    "总体": "overall ",
    "模型": "model ",
    "обучение": "train",
    "обучения": "train",
    "валидация": "validation",
    "валидации": "validation",
    "тест": "test",
    "тесте": "test",
    "testdaten": "test data",
    "validierungsdaten": "validation data",
    "trainingsdaten": "training data",
    "testdatensatz": "test set",
    "testmenge": "test set",
    "validierungsdatensatz": "validation set",
    "validierungsmenge": "validation set",
    "trainingsdatensatz": "training set",
    "trainingsmenge": "training set",
    "testset": "test set",
    "valset": "validation set",
    "trainset": "train set",
    "beste": "best",
    "meilleur": "best",
    "meilleure": "best",
    "mejor": "best",
    "melhor": "best",
    "лучшая": "best",
    "finale": "final",
    "endgültige": "final",
    "moyenne": "mean",
    "mittlere": "mean",
    "durchschnittliche": "mean",
    "平均": "mean ",
    "宏平均": "macro ",
    "加权": "weighted ",
    "gesamt": "overall ",
    "globale": "overall",
    "der": "of",
    "die": "the",
    "das": "the",
    "des": "of",
    "auf": "on",
    "dem": "the",
    "sur": "on",
    "le": "the",
    "la": "the",
    "les": "the",
    "de": "of",
    "du": "of",
    "en": "on",
    "el": "the",
    "del": "of",
    "modelo": "model",
    "modello": "model",
    "modèle": "model",
    "modells": "model",
    "los": "the",
    "do": "of",
    "da": "of",
    "na": "on",
    "jeu": "set",
    "ensemble": "set",
    "addestramento": "training",
    "allenamento": "training",
    "validazione": "validation",
    "conjunto": "set",
    "と": " ",
    "的": " ",
    "на": "on",
}
COMPOUND = r"(test|validierungs|trainings|val)(genauigkeit|verlust|präzision|trefferquote|fehlerrate)"
"""German writes a role and what was measured as one word."""
QUALIFIERS = frozenset(
    """macro micro weighted samples balanced mean avg average absolute squared root rate word character token exact
    match roc auc pixel class wise top binary curve area under error log cross entropy relative percentage explained
    variance box cls dfl obj seg mask g d k i t oa aa ood id clean robust adversarial overall""".split()
)
