"""Metric names of several parts ("Top-1", "mAP@0.5:0.95", "F1 score") drawn together into one word."""

from __future__ import annotations

import re
from functools import lru_cache

_KNOWN_SHAPES: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    # (a part the text must hold, pattern, what to write): looking for the part first makes a line 5 times faster
    (needle, re.compile(pattern, re.IGNORECASE), repl)
    for needle, pattern, repl in (
        # "Mean Absolute Error (MAE)" and "mean average precision (mAP@0.50)": the short name says it
        (
            "(",
            r"(?:\b(?:mean|absolute|squared|square|root|percentage|error|area|under|(?:the|roc|curve)(?=\W)|word|character"
            r"|rate|intersection|over|union|average|precision|peak|signal|to|noise|ratio|structural|similarity|index"
            r"|sentence|phoneme|token|equal|matthew'?s|correlation|coefficient|of|determination|negative|log|likelihood|discounted|normalized"
            r"|cumulative|gain|reciprocal|rank|fr[eé]chet|inception|distance)[\s-]+){2,8}"
            r"\((m?AP(?:@[^()]{1,12})?|MAE|R?MSE|MAPE|AUC|AUROC|ROC[- ]AUC|[WCSPT]ER|EER|m?IoU|PSNR|SSIM|MCC|R\^?2|R²"
            r"|NLL|NDCG(?:@\d+)?|MRR|FID)\)",
            r"\1",
        ),
        ("@", r"\bm?AP\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.50?\s?[:\-–]\s?(?:0?\.05\s?:\s?)?0?\.95\s?\]?", "mAP50-95"),
        ("@", r"\b(m?AP)\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.(\d)\b\s?\]?", r"\g<1>\g<2>0"),
        ("@", r"\b(m?AP)\s?@\s?\[?\s?(?:IoU\s?=\s?)?0?\.(\d\d)\s?\]?", r"\1\2"),
        ("95", r"\bm?AP50\s?[-:]\s?95\b", "mAP50-95"),
        (
            "@",
            r"\b(sensitivity|specificity|recall|precision|TPR|FPR|FNR|TNR)\s?@\s?(\d+(?:\.\d+)?)\s?%\s?(\w+)",
            r"\1_at_\2_\3",
        ),
        ("dcf", r"\bmin[\s_-]?DCF\b", "mindcf"),
        ("/", r"(?:chi\^?2|χ\^?[2²]|chi-?sq(?:uared?)?)\s*/\s*(?:ndf|ndof|n?d\.?o\.?f\.?)", "chi2_ndf"),
        ("value", r"\bp[\s_-]value\b", "pvalue"),
        ("rank-", r"\brank-(1|5|10|20|50)\b", r"rank\1"),
        (" is better", r"\s*[(\[,]?\s*\b(?:higher|lower)\s+is\s+better\b\s*[)\]]?", ""),
        ("fold", r"^\s*\d+[\s-]fold\s+(?=(?:cv|cross)\b)", ""),
        ("cross", r"\bcross[\s_-]?validat(?:ion|ed)\b", "cv"),
        (" at ", r"\b(recall|precision|accuracy|acc|hits?|ndcg)\s+at\s+(?:rank\s+|k\s?=\s?)?(\d+)\b", r"\1@\2"),
        ("rank ", r"\brank\s(1|5|10|20|50)\s(accuracy|acc|recall)\b", r"rank\1 \2"),
        ("area", r"\b(ROC|PRC)[\s_]Area\b", r"\1 AUC"),  # Weka
        ("area under", r"\barea\s+under\s+(?:the\s+)?(?:roc\s+)?curve\b(?:\s*\(AUC\))?", "AUC"),
        ("pred", r"\bpos(?:itive)?[\s_]+pred(?:ictive)?[\s_]+value\b", "PPV"),
        ("pred", r"\bneg(?:ative)?[\s_]+pred(?:ictive)?[\s_]+value\b", "NPV"),
        (
            "r",
            r"\b(tpr|tnr|fpr|fnr|tar|recall|precision|sensitivity|specificity)\s*(?:at|@)\s*"
            r"(fpr|tpr|tnr|fnr|far|recall|precision|sensitivity|specificity)\s*(?:of|=)?\s*(\d[\d.]*(?:e-?\d+)?)%?",
            r"\1_at_\2_\3",
        ),
        ("reciprocal", r"\bmean\s+reciprocal\s+rank\b", "MRR"),
        ("coefficient", r"\bmatthews'?s?\s+correlation\s+coefficient\b", "MCC"),
        (
            "coefficient",
            r"\b(pearson|spearman|kendall)(?:'?s)?\s+(?:rank\s+)?correlation\s+coefficient\b",
            r"\1 correlation",
        ),
        ("rank", r"\b(spearman|kendall)(?:'?s)?\s+rank\s+(?:order\s+)?correlation\b", r"\1 correlation"),
        (
            "coefficient",
            r"\b(dice|jaccard|silhouette|kappa|gini|correlation)(?:\s+similarity)?\s+coefficient\b",
            r"\1",
        ),
        ("%", r"(?<![\w%])%(WER|CER|SER|PER|TER)\s+([\d.]+)(?=\s)", r"\1: \2%"),  # Kaldi
        (" -> ", r"^\s*(\S+) -> ([\d.]+) % N=(\d+) C=\d+ S=\d+ D=\d+ I=\d+", r"\1: error rate: \2% (n=\3)"),  # WeNet
        ("version:", r"^\s*(BLEU|chrF2?\+*|TER)[|+]\S*version:[\d.]+\s=\s", r"\1 = "),  # sacreBLEU
        (
            "std",
            r"\s*\((?:mean|avg|average)\s*(?:±|\+/-|\+-|and|,)\s*(?:std|sd|stdev|stddev|sem)\.?(?:\s?dev\w*)?\)",
            "",
        ),
        (" better", r"\s*[(\[]\s*(?:[↑↓]|higher|lower)\s*(?:is\s+|=\s*)?better\s*[)\]]", ""),
        ("(1", r"\s*\(\s*1\s*[-−]\s*\w+\s*\)", ""),  # "Accuracy (1-merror)"
        (
            "average loss",
            r"^\s*average loss = ([\d.]+) h\s*$",
            r"validation average loss = \1",
        ),  # Vowpal Wabbit held out
        (" p ", r"^\s*([A-Z]{3,}(?:\s[A-Z]+)?) P\s+(?=\d+\.\d)", r"\1 precision: "),  # spaCy
        (" r ", r"^\s*([A-Z]{3,}(?:\s[A-Z]+)?) R\s+(?=\d+\.\d)", r"\1 recall: "),
        (" f ", r"^\s*([A-Z]{3,}(?:\s[A-Z]+)?) F\s+(?=\d+\.\d)", r"\1 f1: "),
        ("chính xác", r"\bđộ chính xác\b", "accuracy"),
        ("trên tập", r"\btrên tập\b", "on"),
        ("ensemble", r"\bl['’]ensemble\s+(?:de\s+|d['’])", "set "),
        ("f1", r"\bF1[\s-]мера\b", "F1"),
        ("top", r"\btop[\s_-]?(\d+)\s?-\s?(?=[01]?\.\d)", r"top\1: "),
        ("top", r"\btop[\s_-]?(\d+)", r"top\1"),
        ("'s ", r"\b(training|valid\w*|train|test)'s\s(?=\w)", r"\1_"),
        ("'s ", r"(?<=\w)'s\s", " "),
        ("p", r"\b(?:P|prec)(?:@|_(?=\d+\b))(\d+)", r"precision@\1"),
        ("recip", r"\brecip(?:rocal)?[_ ]rank\b", "MRR"),
        ("@", r"\bR@(\d+)", r"recall@\1"),
        ("@", r"(?<=[a-z])\s?@\s?(?:k\s?=\s?)?(\d+)(?![.\d])", r"@\1"),
        ("adj", r"\badj(?:usted)?\.?[\s_-]*R[\s_-]?(?:\^?\s?2|²|sq\w*)(?:[\s_-]?score)?", "adjr2"),
        ("f", r"\bF[\s_-]?1[\s_-]?(?:score|measure)?(?![\w.])", "F1"),
        ("f", r"\bF[\s_-]?(?:beta|β)[\s_-]?score\b", "fbeta"),
        ("f", r"\bF[\s_-](?:score|measure)(?=\s*\()", "fscore"),
        ("f", r"\bF[\s_-](?:score|measure|mesure|medida|misura)\b", "F_score"),
        ("f", r"\bF[\s_(]{0,2}0?\.5\b\)?(?:[\s_-]?score)?(?![.\d])", "F05"),
        ("f", r"\bF[\s_]2(?:[\s_-]?score)?(?![\w.])|\bF2[\s_-]score\b", "F2"),
        ("r", r"\bR\s?(?:\^\s?2|²)(?:[\s_-]?score)?|\bR2[\s_-]score\b|\bR[\s_-]squared\b", "R2"),
        ("rouge", r"\brouge[\s_-](\d|l(?:sum)?)\b", r"rouge\1"),
        ("bleu", r"\bbleu[\s_-](\d)\b", r"bleu\1"),
        ("entropy", r"\b(?:cross|x)[\s_-]?entropy\b", "crossentropy"),
        ("log", r"\blog[\s_-]loss\b", "logloss"),
        ("match", r"\bexact[\s_-]match\b", "exact_match"),
        ("q", r"\bq\s?²", "q2"),
        ("index", r"\bc[\s_-]index\b", "cindex"),
        ("dice", r"\bhard[\s_-]?dice\b", "dice"),
    )
)


@lru_cache(maxsize=1024)
def shaped(text: str) -> str:
    """The text with metric names of several parts ("Top-1", "mAP@0.5:0.95", "F1 score") drawn together."""
    low = text.lower()
    for needle, pattern, repl in _KNOWN_SHAPES:
        if needle in low:
            text = pattern.sub(repl, text)
    return text
