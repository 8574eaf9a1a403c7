"""Which words name a measured quantity, for which role, and which words never do.

The vocabulary is closed on purpose: a number whose name says nothing known is not a result. A wrong value in a table is
worse than a missing one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from labjournal.parsers.reading import RoleName

METRIC_WORDS = frozenset(
    """accuracy acc acc1 acc5 top1 top5 err err1 err5 error f1 f2 f05 fscore fbeta f1score fmeasure hmean precision prec recall
    sensitivity specificity tpr fpr tnr fnr npv ppv fdr auc auroc rocauc aucroc auprc prauc aupr roc ap ar map map50 map75 map5095 ap50 ap75
    aps apm apl map50-95 iou miou fwiou ciou giou dice dsc jaccard pq sq rq bleu bleu1 bleu2 bleu3 bleu4 sacrebleu rouge rouge1 rouge2 rougel
    rougelsum meteor chrf ter cider spice bertscore comet wer cer mer wil wip uas las ppl perplexity bpc bpb bits loss nll nllloss logloss mse
    rmse mae mape smape wape mase r2 rsquared msle rmsle medae psnr ssim msssim lpips fid kid mcc kappa matthews pearson pearsonr
    spearman spearmanr kendall correlation corr ndcg mrr hits em score brier ece mce crossentropy silhouette ari nmi ami purity homogeneity completeness vmeasure
    reward return elbo kl fitness mpjpe pampjpe epe eer mindcf sdr sisdr sisnr pesq stoi mos cindex concordance
    likelihood deviance accuracies exactitude q2 gmean likelihood winrate solved sic fb1 ade fde nds mota idf1 hota cmc hausdorff hd95 assd
    chamfer f_score adjr2 evs ppx g-mean youden gini ks lift entropy mad mre rse rae l1 l2 huber macc aacc mdice mfscore mf1""".split()
)
"""Words that name a metric by themselves."""

_RATE_OWNERS = frozenset(
    """error success win hit compliance pass detection recognition positive negative miss acceptance match classification solve
    refusal completion correct wrong abstain character word phoneme token hallucination attack exact collision""".split()
)
_NEVER = frozenset(
    """lr learning rates time times runtime sec secs second seconds minute minutes hour hours elapsed eta duration speed throughput latency
    epoch epochs step steps iter iters iteration iterations batch batches samples sample size sizes num number numbers counts memory mem gpu
    gpus cpu ram vram cuda params parameters parameter flops macs dropout decay momentum seed version fn func function functions criterion warmup
    patience alpha beta1 beta2 betas eps epsilon gamma temperature target goal required desired minimum_required port pid rank
    world workers threads optimizer optim scheduler hidden dim width height layers heads max_length length path file dir
    year month day date id index cost price clip clipping scale scaler scaling interval every frequency freq logging log_steps smoothing delta tolerance tol early
    budget limit quota percentile quantile stderr stdev variance norm gradnorm grad gradient gradients
    weight weights coefficient coef lambda ratio per_second sec/it it/s fps hz vocabulary vocab chance random_baseline
    expected paper reported previous prev old baseline sota threshold thresholds thr cutoff hyperparameter hyperparameters arg args
    ram disk cache loaded skipped saved written created downloading downloaded loading line lines warnings errors exception exitcode exit status code
    mb gb kb bytes rows columns shape bins buckets fold folds trial trials round rounds nodes trees depth
    generated tokens reg regularization penalty thres nms conf confidence degree degrees sentence sentences char chars age""".split()
)
"""Words whose presence makes a name something else: a setting, a time, a size, a wish, somebody else's number."""

_ROLE_WORDS: dict[str, RoleName] = {
    **dict.fromkeys("train training trn learn".split(), "train"),
    **dict.fromkeys(
        "val valid validation validate validating dev devel development eval evaluation evaluate evaluating evaluated vali".split(),
        "validation",
    ),
    **dict.fromkeys("test testing tst tests predict heldout holdout".split(), "test"),
}
_HEADLINE = frozenset(
    "best final finally overall result results summary max maximum min minimum highest lowest achieved top last".split()
)
_BEST = frozenset("best max maximum highest lowest min minimum".split())
_FILLER = frozenset(
    """the a an of on for in at is was were are our we and with to by as our this that from set sets dataset data split subset model network
    net classifier images image examples instances items got get has have reached reaches achieved achieves achieve obtained
    after now current new final finally overall result results summary stats metric metrics report value values scored gives
    using over all its it so far mode phase stage performance resulting global computed entire whole full complete total
    score evaluated measured observed running ema""".split()
)
# "score" alone is a metric; beside another metric word it says nothing ("F1 score").

_CANONICAL = {
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
_FOREIGN = {
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
    "准确率": "accuracy",
    "准确度": "accuracy",
    "正确率": "accuracy",
    "精确率": "precision",
    "精确度": "precision",
    "查准率": "precision",
    "召回率": "recall",
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
    "训练集": "train ",
    "训练": "train ",
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
    "los": "the",
    "do": "of",
    "da": "of",
    "no": "on",
    "na": "on",
    "jeu": "set",
    "conjunto": "set",
    "と": " ",
    "的": " ",
    "на": "on",
}
_FOREIGN_PARTS = tuple(
    sorted(
        (word for word in _FOREIGN if ord(word[0]) > 0x2E80 or word.endswith(("值", "分数", "스코어"))),
        key=len,
        reverse=True,
    )
)

_KNOWN_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), repl)
    for pattern, repl in (
        (r"\bm?AP\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.50?\s?[:\-–]\s?(?:0?\.05\s?:\s?)?0?\.95\s?\]?", "mAP50-95"),
        (r"\b(m?AP)\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.(\d)\b\s?\]?", r"\g<1>\g<2>0"),
        (r"\b(m?AP)\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.(\d\d)\s?\]?", r"\1\2"),
        (r"\bm?AP50\s?[-:]\s?95\b", "mAP50-95"),
        (r"\btop[\s_-]?(\d+)", r"top\1"),
        (r"\b(training|valid\w*|train|test)'s\s(?=\w)", r"\1_"),
        (r"\b(?:P|prec)@(\d+)", r"precision@\1"),
        (r"\bR@(\d+)", r"recall@\1"),
        (r"(?<=[a-z])\s?@\s?(?:k\s?=\s?)?(\d+)(?![.\d])", r"@\1"),
        (r"\bF[\s_-]?1[\s_-]?(?:score|measure)?(?![\w.])", "F1"),
        (r"\bF[\s_-]?(?:beta|β)[\s_-]?score\b", "fbeta"),
        (r"\bF[\s_-](?:score|measure)\b", "F_score"),
        (r"\bR\s?(?:\^\s?2|²)(?:[\s_-]?score)?|\bR2[\s_-]score\b|\bR[\s_-]squared\b", "R2"),
        (r"\brouge[\s_-](\d|l(?:sum)?)\b", r"rouge\1"),
        (r"\bbleu[\s_-](\d)\b", r"bleu\1"),
        (r"\b(?:cross|x)[\s_-]?entropy\b", "crossentropy"),
        (r"\blog[\s_-]loss\b", "logloss"),
        (r"\bexact[\s_-]match\b", "exact_match"),
        (r"\bq\s?²", "q2"),
        (r"\bc[\s_-]index\b", "cindex"),
        (r"\bhard[\s_-]?dice\b", "dice"),
    )
)
_SPECIAL = {"exact_match": "exact_match", "f_score": "f_score", "map50-95": "map50_95"}
_CAMEL = re.compile(
    r"(?<=[a-z]{2})(?=[A-Z][a-z])|(?<=[a-z]{3})(?=[A-Z]{2})|(?<=train)(?=[A-Z])|(?<=val)(?=[A-Z])|(?<=test)(?=[A-Z])"
)
_WORD = re.compile(r"[^\W_]+(?:[@-](?=\d)[\d]+(?:-\d+)?)?|[^\W_]+", re.UNICODE)
_IDENTIFIER = re.compile(r"(?=[^\s]*[_/])[A-Za-z][\w./@-]*(?:\([A-Z]\))?")
_N_OF = re.compile(
    r"\b(\d[\d,]*)\s+(?:\w+\s+)?(?:images?|samples?|examples?|instances?|events?|sentences?|items?|sequences?|documents?|questions?|records|rows|patches|videos|utterances)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\bon\s+(?:the\s+)?([\w][\w.:+/ -]{0,38}?)(?:\s+(?:data\s?set|set|split|data|benchmark|subset))?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a name in a text means."""

    metric: str
    """As in tables: ``accuracy``, ``macro_f1``; an identifier stays as printed (``eval_overall_f1``)."""
    role: RoleName
    tag: str
    """Name of the curve, with its role when the name alone does not say it."""
    headline: bool = False
    best: bool = False
    dataset: str | None = None
    n: int | None = None
    alone: bool = True
    """Nothing but the metric was said; else the rest ("for class plane") is part of ``metric``."""


def shaped(text: str) -> str:
    """The text with metric names of several parts ("Top-1", "mAP@0.5:0.95", "F1 score") drawn together."""
    for pattern, repl in _KNOWN_SHAPES:
        text = pattern.sub(repl, text)
    return text


def role_of(words: list[str]) -> RoleName:
    for word in words:
        role = _ROLE_WORDS.get(word)
        if role is not None:
            return role
    return "unclear"


def words_of(text: str) -> list[str]:
    """Lower-case words of a name, camel case taken apart, other languages turned to English where one word says it."""
    text = _CAMEL.sub(" ", text).lower()
    if not text.isascii():
        for part in _FOREIGN_PARTS:
            if part in text:
                text = text.replace(part, f" {_FOREIGN[part]} ")
    words: list[str] = []
    for word in _WORD.findall(text):
        english = _FOREIGN.get(word)
        words.extend(english.split() if english is not None else [word.replace("@", "")])
    return words


def is_metric_word(word: str) -> bool:
    return (
        word in METRIC_WORDS
        or re.fullmatch(
            r"(?:acc|top|ap|map|recall|precision|prec|hits|hit|ndcg|mrr|pass|rouge|bleu)\d{1,3}(?:-95)?", word
        )
        is not None
    )


def may_name(words: list[str]) -> bool:
    """Whether a line with these words speaks of a measured quantity, and of nothing that never is one."""
    return any(map(is_metric_word, words)) and not any(word in _NEVER for word in words)


@lru_cache(maxsize=8192)
def understand(phrase: str) -> Name | None:
    """The metric a phrase names, or None when it names none (a setting, a time, a count, a wish).

    The phrase must already be ``shaped``. Identifiers keep their printed form, so that a file's own name can be found.
    """
    phrase = phrase.strip(" \t*_`'\"#-•·▶►➤>|:=()[]{}✓✔✅🎯📊📈🔥⭐🏆")
    if not phrase or len(phrase) > 120:
        return None
    words = words_of(phrase)
    if not words or len(words) > 14:
        return None
    n_match = _N_OF.search(phrase)
    n = int(n_match[1].replace(",", "")[:15]) if n_match else None
    if n_match:
        words = words_of(phrase[: n_match.start()] + " " + phrase[n_match.end() :])
    identifier = _IDENTIFIER.fullmatch(phrase) is not None
    metric_at = [k for k, word in enumerate(words) if is_metric_word(word)]
    if any(word in _NEVER for word in words) and not _excused(words):
        return None
    if not metric_at:
        if "exact" in words and "match" in words:
            metric_at = [words.index("exact")]
        elif "average" in words and "precision" in words:
            metric_at = [words.index("precision")]
        elif "rate" in words and (set(words) & _RATE_OWNERS):
            metric_at = [words.index("rate")]
        else:
            return None
    role = role_of(words)
    headline = bool(set(words) & _HEADLINE) and not (
        words[-1] in _HEADLINE and len(words) > 1 and words[0] not in _HEADLINE
    )
    best = bool(set(words) & _BEST)
    if (
        words == ["error"]
        or words == ["l1"]
        or words == ["l2"]
        or words == ["bits"]
        or words == ["per"]
        or words == ["return"]
    ):
        return None if words[0] != "error" else Name("error", role, "error")
    if identifier:
        return Name(phrase, role, phrase, headline, best, n=n)
    dataset = None
    on = _ON.search(phrase) if not n_match else None
    if on and on.start() > 0 and not any(is_metric_word(w) for w in words_of(on[1])):
        rest = [w for w in words_of(on[1]) if w not in _FILLER and w not in _ROLE_WORDS]
        if rest:
            dataset = on[1].strip()
        words = words_of(phrase[: on.start()])
        role = role if role != "unclear" else role_of(words)
    kept = _slug_words(words)
    if not kept:
        return None
    metric = "_".join(kept)
    alone = all(is_metric_word(w) or w in _QUALIFIERS or "_" in w for w in kept)
    prefix = {"validation": "val_", "test": "test_", "train": "train_", "unclear": ""}[role]
    return Name(metric, role, prefix + metric, headline, best, dataset, n, alone)


_QUALIFIERS = frozenset(
    """macro micro weighted samples balanced mean avg average absolute squared root rate word character token exact match
    roc auc pixel class wise top binary curve area under error log cross entropy relative percentage explained
    variance box cls dfl obj seg mask g d k i t oa aa ood id clean robust adversarial overall""".split()
)


def _excused(words: list[str]) -> bool:
    """ "Mean absolute percentage error", "loss per token", "word error rate": a forbidden word that belongs to a metric."""
    bad = [word for word in words if word in _NEVER]
    if bad == ["norm"] and ("acc" in words or "accuracy" in words):
        return True  # lm-eval's length-normalised accuracy
    return (bad == ["rates"] and "error" in words) or (bad == ["variance"] and "explained" in words)


def _slug_words(words: list[str]) -> list[str]:
    metrics = [w for w in words if is_metric_word(w)]
    others = len(metrics) > 1
    kept: list[str] = []
    for at, word in enumerate(words):
        if word == "total" and words[at + 1 : at + 2] == ["loss"]:
            kept.append(word)
            continue
        if word in _ROLE_WORDS or (word in _HEADLINE and word not in ("top",)):
            continue
        if word == "score" and others:
            continue
        if word in _FILLER and not is_metric_word(word):
            continue
        if word == "rate" or is_metric_word(word) or word not in _FILLER:
            kept.append(_SPECIAL.get(word, _CANONICAL.get(word, word)))
    if kept == ["score"] or kept:
        return [part for k, part in enumerate(kept) if k == 0 or part != kept[k - 1]]
    return kept
