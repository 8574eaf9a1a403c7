"""The rules of what results say: their names, levels, words and remedies."""

from __future__ import annotations

from labjournal.checks.rule import CheckRule

COLLAPSE = CheckRule(
    "prediction_collapse",
    "warning",
    "outcome",
    "Nearly all answers are one class, though the labels are not.",
    "Look at the class balance of the training data, the learning rate, and whether the inputs reach the model.",
    judged="Counts of 30 events or more: one class has above 99% of the answers and below 90% of the labels. Or an "
    "accuracy of 6 records or more, four in five of them and the last five the very same, within 0.02 of the share of "
    "the most frequent label that the watch saw, 0.6 or more.",
)
UNKNOWN = CheckRule(
    "unknown_answers",
    "warning",
    "outcome",
    "Answers were given that are none of the classes; each counts as wrong.",
    "Look at the prompt, at the length allowed for an answer, and at how answers are read.",
    judged="Counts: warning when more than 5% of 30 events or more are no class, with the lower end of the 95% "
    "interval; "
    "else a mark that says how many.",
)
BELOW_MAJORITY = CheckRule(
    "below_majority_baseline",
    "notice",
    "outcome",
    "Always answering the largest class would be right more often.",
    "Compare with this baseline before comparing models; look at balanced accuracy.",
    judged="Counts of 30 events or more: the upper end of the 95% interval of the accuracy lies below the share of the "
    "largest class. A mark: balanced training may want it so.",
)
AT_CHANCE = CheckRule(
    "metric_at_chance",
    "warning",
    "outcome",
    "The result cannot be told from guessing.",
    "See whether labels belong to their inputs, whether the checkpoint was loaded, and whether weights moved.",
    judged="Answers are independent of the labels (chi-squared test of the counts, p above 0.05) with 200 events "
    "or more and two "
    "classes above a tenth, or AUC within 2 standard errors of 0.5. Notice for a checkpoint of step 0, for an "
    "option switched off, and where answers have collapsed to one class.",
)
TOO_GOOD = CheckRule(
    "metric_too_good",
    "notice",
    "outcome",
    "The result is without a single error, which real data seldom allow.",
    "Look for the label among the inputs and for validation data in the training set.",
    judged="Accuracy or AUC of exactly 1 (to the digits shown) with 100 events or more. A mark: easy tasks exist. "
    "Warning: an accuracy that is 1 in each of its records, 5 or more, evenly from the start on, while of the answers "
    "in training at most three quarters were right between the first and the third, and 15 in a hundred more at the "
    "end.",
)
ROUNDED = CheckRule(
    "rate_rounded_to_zero",
    "notice",
    "outcome",
    "A rate is printed as zero although cases were counted, or could be hidden in its rounding.",
    "Keep the numerator and the denominator, as in 1/62910.",
    judged="A rate of 0 as printed: the counts say more than 0, or n is so large that half a unit of its last "
    "digit is a "
    "whole case or more. Warning: an accuracy of exactly 0 in all of 8 records or more, while the loss falls by half.",
)
WITHOUT_EFFECT = CheckRule(
    "option_without_effect",
    "warning",
    "outcome",
    "Two results that differ in one option only cannot be told apart: the option may not reach the model.",
    "See where the option is read, and whether the part it switches was trained.",
    aliases=("placebo_option",),
    judged="Same checkpoint version and data set, options that differ in one value. Warning: the counts are equal "
    "cell by cell, with "
    "30 events or more and at least one error; or one run prints the same two metrics or more for both, digit for "
    "digit, a loss of three decimals among them; or three rows of a table differ in one number, and in none of two "
    "others of three decimals. Notice: no difference shown by the interval and test for two rates.",
)
CALIBRATION = CheckRule(
    "calibration_collapse",
    "warning",
    "outcome",
    "The probabilities given with the answers have nothing to do with how often the answers are right.",
    "Look for a softmax applied twice or never, a temperature or a scale of the logits, and long overfitting.",
    aliases=("miscalibrated", "overconfident"),
    judged="A calibration error (ece) of 0.25 or more, with 200 events or more where a result tells it. Or a "
    "validation loss above ln K at an accuracy well above 1/K and as good as in training: such probabilities are worse "
    "than none. K from results, settings, labels seen, or where the loss begins.",
)
TIES = CheckRule(
    "metric_ties_mishandled",
    "warning",
    "outcome",
    "The AUC that was stated comes from ordering equal scores, not from the scores.",
    "Count ties half (mid-ranks), as scikit-learn's roc_auc_score does; do not sort labels along with the scores.",
    aliases=("auc_ties",),
    judged="Where the scores of each event are at hand: the AUC stated differs from the one of mid-ranks by more than "
    "its rounding, and lies within what ordering the ties in one way or the other can give.",
)
