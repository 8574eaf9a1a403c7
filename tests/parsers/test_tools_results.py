"""What well-known tools print, as they print it."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

PRINTED = {
    "CatBoost's best": (
        "2200:   learn: 0.6739186        test: 0.6795649 best: 0.6804033 (1757)  total: 4m 15s   remaining: 24m 45s\n"
        "bestTest = 0.6804033402\nbestIteration = 1757\nShrink model to first 1758 iterations.\n",
        [("validation", {"bestTest": 0.6804033402})],
    ),
    "sclite": (
        " |        | # Snt    # Wrd  | Corr    Sub    Del    Ins    Err  S.Err |\n"
        " |--------+-----------------+-----------------------------------------|\n"
        " | bak    |  9996   299181  | 97.3    2.7    0.0    0.0    2.7   52.5 |\n"
        " | Sum/Avg|  9996   299181  | 97.3    2.7    0.0    0.0    2.7   52.5 |\n",
        [("unclear", {"corr": 97.3, "sub": 2.7, "del": 0.0, "ins": 0.0, "err": 2.7, "s_err": 52.5})],
    ),
    "fairseq": (
        "| Generate test with beam=5: BLEU4 = 40.83, 67.5/46.9/34.4/25.5 (BP=1.000, ratio=1.006, syslen=8, reflen=8)\n",
        [("test", {"bleu4": 40.83})],
    ),
    "mmengine's whole pass": (
        "06/04 23:02:38 - mmengine - INFO - Epoch(test) [6/6]    coco/bbox_mAP: 0.8220  coco/bbox_mAP_50: 0.9700\n",
        [("test", {"coco/bbox_mAP": 0.822, "coco/bbox_mAP_50": 0.97})],
    ),
    "a count before the role": (
        "INFO: Accuracy on 9986 test data: 99.9800 %\n",
        [("test", {"accuracy": 0.9998})],
    ),
}


@pytest.mark.parametrize("tool", PRINTED)
def test_a_tool_is_read_as_it_prints(tool: str) -> None:
    text, expected = PRINTED[tool]
    assert [(result.role, dict(result.metrics)) for result in read_text(text).results] == expected


def test_rows_that_say_how_values_scatter_are_no_measurements() -> None:
    rows = (
        "1      0.623       1.354",
        "2      0.652       1.305",
        "mean   0.638       1.330",
        "std    0.015       0.025",
    )
    text = "\n".join(("       accuracy    loss", *rows, ""))
    read = [result.metrics["accuracy"] for result in read_text(text).results]
    assert 0.015 not in read
    assert read


def test_tables_side_by_side_are_not_read_as_one() -> None:
    text = "         TestAcc TestLoss          TestAcc TestLoss\n1          0.623    1.354            0.630    1.367\n"
    assert read_text(text).results == ()
