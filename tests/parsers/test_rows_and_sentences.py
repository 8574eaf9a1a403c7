"""Tables whose rows are named, and sentences around a value: (role, metrics, options) of each result."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "# A tibble: 3 × 4\n  .metric  .estimator .estimate .config\n"
            "  <chr>    <chr>          <dbl> <chr>\n1 accuracy binary         0.875 Model1\n"
            "2 kap      binary         0.625 Model1\n3 npv      binary         1.00  Model1\n",
            [("unclear", {"accuracy": 0.875, "kap": 0.625, "npv": 1.0}, {})],
            id="a tibble of metrics",
        ),
        pytest.param(
            "best <- last_fit(flow, parts)\n# A tibble: 2 × 6\n  penalty .metric .estimator  mean     n std_err\n"
            "    <dbl> <chr>   <chr>      <dbl> <int>   <dbl>\n1   0.01  rmse    standard    2.5      1      NA\n"
            "2   0.10  rmse    standard    3.5      1      NA\n",
            [("test", {"rmse": 2.5}, {"penalty": "0.01"}), ("test", {"rmse": 3.5}, {"penalty": "0.10"})],
            id="a tibble with a row for each setting, of the last fit",
        ),
        pytest.param(
            "| BLEU | Score |\n| ---- | ----- |\n| eval_bleu1 | 41.25 |\n| eval_bleu4 | 11.5 |\n"
            "| predict_bleu1 | 39.75 |\n",
            [
                ("validation", {"eval_bleu1": 41.25, "eval_bleu4": 11.5}, {}),
                ("test", {"predict_bleu1": 39.75}, {}),
            ],
            id="the corner names the kind, the rows the metrics",
        ),
        pytest.param(
            "{'model': 'GRU', 'best_valid_result': OrderedDict([('hit@5', 0.25), ('mrr@5', 0.125)]), "
            "'test_result': OrderedDict([('hit@5', 0.375), ('mrr@5', 0.5)])}\n",
            [
                ("validation", {"hit@5": 0.25, "mrr@5": 0.125}, {"model": "GRU"}),
                ("test", {"hit@5": 0.375, "mrr@5": 0.5}, {"model": "GRU"}),
            ],
            id="ordered dictionaries within one",
        ),
        pytest.param(
            "scores defaultdict(<class 'float'>, {'f1': 0.75, 'recall': 0.5})\n",
            [("unclear", {"f1": 0.75, "recall": 0.5}, {})],
            id="a dictionary with a default",
        ),
        pytest.param(
            "Epoch 7  |    PQ     SQ     RQ     N\n------------------------------------\n"
            "All      |  41.5   72.5   51.5    19\nThings   |  34.5   73.5   46.5     8\n",
            [
                ("unclear", {"pq": 41.5, "sq": 72.5, "rq": 51.5}, {"group": "All"}),
                ("unclear", {"pq": 34.5, "sq": 73.5, "rq": 46.5}, {"group": "Things"}),
            ],
            id="an epoch in the corner, a bar behind the labels",
        ),
        pytest.param(
            "  abs_rel |   sq_rel |     rmse |       a1 | \n&   0.125  &   0.875  &   4.375  &   0.875  (whole)\n\n"
            "&   0.25  &   0.75  &   3.375  &   0.75  (near)\n",
            [
                ("unclear", {"abs_rel": 0.125, "sq_rel": 0.875, "rmse": 4.375, "a1": 0.875}, {"row": "whole"}),
                ("unclear", {"abs_rel": 0.25, "sq_rel": 0.75, "rmse": 3.375, "a1": 0.75}, {"row": "near"}),
            ],
            id="a label behind the values of each row",
        ),
        pytest.param(
            "Test error for linear SVM after tuning for optimal cost is 0.125\n",
            [("test", {"error": 0.125}, {"group": "linear SVM after tuning for optimal cost"})],
            id="whose it is and how it was got, in a sentence",
        ),
        pytest.param(
            "Error estimation of ‘svm’ using 10-fold cross validation: 0.375\n",
            [("validation", {"error": 0.375}, {"group": "svm using 10-fold cv"})],
            id="R's tune",
        ),
        pytest.param("Test fallback rate: 0.125\n", [("test", {"fallback_rate": 0.125}, {})], id="a rate of a set"),
        pytest.param("Validation split rate: 0.125\n", [], id="a rate that is a setting"),
        pytest.param("预测错误率: 0.125\n", [("unclear", {"error_rate": 0.125}, {})], id="a Chinese error rate"),
        pytest.param("阴性预测值 (NPV): 0.125\n", [("unclear", {"npv": 0.125}, {})], id="a name in two languages"),
        pytest.param(
            "Metric,Value\nValidation AUROC,0.75\nECE Before Calibration,0.25\nECE After Calibration,0.125\n",
            [
                ("validation", {"auroc": 0.75}, {}),
                ("unclear", {"ece_before_calibration": 0.25, "ece_after_calibration": 0.125}, {}),
            ],
            id="each row of a file says its own set; before and after",
        ),
        pytest.param(
            '{"LSTM_MAE": 0.25, "Baseline_MAE": 0.5, "baseline": 3.5}',
            [("unclear", {"LSTM_MAE": 0.25, "Baseline_MAE": 0.5}, {})],
            id="a baseline that was measured beside a model",
        ),
        pytest.param('{"Baseline_MAE": 0.5}', [], id="a baseline alone is somebody else's"),
        pytest.param(
            '{"metrics": {"accuracy": 0.75}, "feature_importances": {"credit_score": 0.25, "age": 0.5}}',
            [("unclear", {"accuracy": 0.75}, {})],
            id="how much a feature counts is no score",
        ),
        pytest.param(
            "Test accuracy over 5 seeds\nridge    0.875±0.012\nforest   0.625±0.020\n",
            [("test", {"accuracy": 0.875}, {"row": "ridge"}), ("test", {"accuracy": 0.625}, {"row": "forest"})],
            id="means with their spread under a heading that says of what",
        ),
        pytest.param(
            "   sensitivity specificity  accuracy\n"
            "lda  0.75        0.875       0.625\nqda  0.5         0.25        0.375\n",
            [
                ("unclear", {"sensitivity": 0.75, "specificity": 0.875, "accuracy": 0.625}, {"row": "lda"}),
                ("unclear", {"sensitivity": 0.5, "specificity": 0.25, "accuracy": 0.375}, {"row": "qda"}),
            ],
            id="titles parted by one space",
        ),
        pytest.param(
            "   cost   error dispersion\n1  0.01 0.17625 0.02853\n2  0.10 0.16875 0.03041\n",
            [
                ("unclear", {"error": 0.17625}, {"cost": "0.01"}),
                ("unclear", {"error": 0.16875}, {"cost": "0.10"}),
            ],
            id="a decimal setting before what was measured with it",
        ),
        pytest.param(
            "[chair] PSNR: 32.25 SSIM: 0.875\n[lego] PSNR: 33.25 SSIM: 0.75\n",
            [
                ("unclear", {"psnr": 32.25, "ssim": 0.875}, {"group": "chair"}),
                ("unclear", {"psnr": 33.25, "ssim": 0.75}, {"group": "lego"}),
            ],
            id="a name in brackets before its values",
        ),
        pytest.param(
            "Linear Regression\nRMSE: 3.25\n\nGradient Boosting\nfitted 100 rounds\n\n\n\nRMSE: 2.25\n",
            [
                ("unclear", {"rmse": 3.25}, {"group": "Linear Regression"}),
                ("unclear", {"rmse": 2.25}, {"group": "Gradient Boosting"}),
            ],
            id="a bare name over the values of each model",
        ),
        pytest.param(
            "模型: 随机森林\n准确率: 0.75\n\n模型: 支持向量机\n准确率: 0.5\n",
            [
                ("unclear", {"accuracy": 0.75}, {"group": "随机森林"}),
                ("unclear", {"accuracy": 0.5}, {"group": "支持向量机"}),
            ],
            id="a model named in Chinese",
        ),
        pytest.param(
            "Validation Results - Epoch: 3  Avg accuracy: 0.75 Avg loss: 0.5\n",
            [("validation", {"avg_accuracy": 0.75, "avg_loss": 0.5}, {})],
            id="a step is nobody's name",
        ),
        pytest.param(
            "```r\nlast_tree_fit %>%\n  collect_metrics()\n"
            "#> # A tibble: 1 × 4\n#>   .metric  .estimator .estimate .config\n"
            "#>   <chr>    <chr>          <dbl> <chr>\n#> 1 accuracy binary         0.875 Model1\n```\n",
            [("test", {"accuracy": 0.875}, {})],
            id="what R printed between the lines of its code",
        ),
        pytest.param(
            "Réseau : exactitude de 91,3 % sur la base\n"
            "Exactitude (entraînement) : 0,875\nPerte (validation) : 0,625\n",
            [
                ("unclear", {"accuracy": 0.913}, {"group": "Réseau"}),
                ("train", {"accuracy": 0.875}, {}),
                ("validation", {"loss": 0.625}, {}),
            ],
            id="decimal commas are no columns",
        ),
        pytest.param(
            "Results for fold 1: acc=0.75, auc=0.5\n"
            "Results for fold 2: acc=0.5, auc=0.25\nAverage: acc=0.625, auc=0.375\n",
            [
                ("unclear", {"accuracy": 0.75, "auc": 0.5}, {"fold": "1"}),
                ("unclear", {"accuracy": 0.5, "auc": 0.25}, {"fold": "2"}),
                ("unclear", {"accuracy": 0.625, "auc": 0.375}, {}),
            ],
            id="a fold is no data set, and not the average's",
        ),
        pytest.param(
            "Dice: 0.875 (WT), 0.75 (TC), 0.625 (ET)\n",
            [("unclear", {"wt_dice": 0.875, "tc_dice": 0.75, "et_dice": 0.625}, {})],
            id="a label in brackets behind each value",
        ),
        pytest.param(
            "在验证集上的准确率为92.5%，损失为0.25\n",
            [("validation", {"accuracy": 0.925, "loss": 0.25}, {})],
            id="Chinese prose",
        ),
        pytest.param("aucは0.5付近となり\n", [], id="near a value"),
        pytest.param("テストデータの正解率: 0.75\n", [("test", {"accuracy": 0.75}, {})], id="a Japanese set"),
        pytest.param(
            "ROC AUC: train 0.875, valid 0.75, test 0.625\n",
            [
                ("train", {"roc_auc": 0.875}, {}),
                ("validation", {"roc_auc": 0.75}, {}),
                ("test", {"roc_auc": 0.625}, {}),
            ],
            id="one name, then each set with its value",
        ),
        pytest.param(
            "Accuracy scores\nSVM: 0.875\nRF: 0.625\n",
            [("unclear", {"accuracy": 0.875}, {"row": "SVM"}), ("unclear", {"accuracy": 0.625}, {"row": "RF"})],
            id="a heading says what was measured of each",
        ),
        pytest.param(
            "[기본 모델]\n정확도: 0.75\n[튜닝 모델]\n정확도: 0.875\n",
            [
                ("unclear", {"accuracy": 0.75}, {"group": "기본 모델"}),
                ("unclear", {"accuracy": 0.875}, {"group": "튜닝 모델"}),
            ],
            id="headings in brackets",
        ),
        pytest.param(
            "      Accuracy          Kappa  AccuracyLower   AccuracyNull\n"
            "  7.500000e-01   5.000000e-01   6.250000e-01   5.125000e-01\n",
            [("unclear", {"accuracy": 0.75, "kappa": 0.5}, {})],
            id="the bounds of a metric are none",
        ),
    ],
)
def test_whose_and_what(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_rows_of_tracks_are_read_beside_their_counts() -> None:
    text = (
        "          IDF1   IDP  Rcll  Prcn GT MT   FP   FN   MOTA  MOTP IDt\n"
        "SEQ1     62.5% 53.5% 82.5% 60.5% 25 17 3330 1029  26.5% 0.375  15\n"
        "OVERALL  54.5% 45.5% 77.5% 51.5% 47 23 6568 1977 -3.5%  0.375  22\n"
    )
    found = {result.options["row"]: dict(result.metrics) for result in read_text(text).results}
    assert found["SEQ1"]["mota"] == 0.265
    assert found["OVERALL"] == {
        "idf1": 0.545,
        "idp": 0.455,
        "rcll": 0.775,
        "prcn": 0.515,
        "mota": -0.035,
        "motp": 0.375,
    }


def test_a_value_takes_the_set_and_its_size_from_behind_it() -> None:
    (result,) = read_text(
        "After 50,000 iterations, the top-1 error is 7.25% on the test set of 1,020 images:\n"
    ).results
    assert (result.role, result.n, dict(result.metrics)) == ("test", 1020, {"top1_error": 0.0725})


def test_a_line_ends_with_its_data_set() -> None:
    (result,) = read_text("MOTA 65.25, IDF1 70.5 on MOT17\n").results
    assert (result.dataset, dict(result.metrics)) == ("MOT17", {"mota": 65.25, "idf1": 70.5})


def test_how_many_were_evaluated_is_no_name_of_a_data_set() -> None:
    (result,) = read_text("Evaluating model on 10000 test samples\ntop1 = 0.7612\n").results
    assert (result.dataset, result.n, result.role) == (None, 10000, "test")


def test_words_over_a_lone_value_are_no_table() -> None:
    assert read_text("? ? A\n< 0.0\n").results == ()


def test_a_table_after_each_epoch_is_curves_of_its_rows() -> None:
    table = "Epoch {0}  |    PQ     SQ\n------------------\nAll      |  4{0}.5   72.5\nStuff    |  3{0}.5   73.5\n\n"
    reading = read_text("".join(map(table.format, (1, 2, 3))))
    assert reading.results == ()
    assert reading.series["All/PQ"].points == [(1.0, 41.5), (2.0, 42.5), (3.0, 43.5)]


@pytest.mark.parametrize(
    "text",
    [
        '{"history": {"loss": [0.5, 0.25], "val_loss": [0.75, 0.5]}}',
        "epoch,loss,val_loss\n0,0.5,0.75\n1,0.25,0.5\n",
    ],
)
def test_a_curve_beside_that_of_the_validation_is_of_the_training(text: str) -> None:
    roles = {tag.rsplit("/", 1)[-1]: series.role for tag, series in read_text(text).series.items()}
    assert (roles["loss"], roles["val_loss"]) == ("train", "validation")


@pytest.mark.parametrize(
    ("source", "role"),
    [("eval_results.json", "validation"), ("asr_eval_results.json", "unclear"), ("test_eval.json", "test")],
)
def test_an_evaluation_in_the_name_of_a_file_may_be_one_of_anything(source: str, role: str) -> None:
    (result,) = read_text('{"wer": 0.125, "cer": 0.0625}', source=source).results
    assert result.role == role
