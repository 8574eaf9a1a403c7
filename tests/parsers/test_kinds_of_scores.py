"""A kind of score written once before its precision, recall and F1 is part of the name of each."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text


def metrics(text: str) -> dict[str, float]:
    results = read_text(text).results
    assert len(results) == 1
    return dict(results[0].metrics)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("BERTScore P: 0.5 R: 0.625 F1: 0.75\n", ("bertscore", 0.5, 0.625, 0.75), id="bert score"),
        pytest.param("MUC: R 0.625 P 0.5 F1 0.75\n", ("muc", 0.5, 0.625, 0.75), id="coreference"),
        pytest.param("LAS: precision=50.0, recall=62.5, f1=75.0\n", ("las", 50.0, 62.5, 75.0), id="parsing"),
        pytest.param("ROUGE-L | P 0.5 | R 0.625 | F 0.75\n", ("rougel", 0.5, 0.625, 0.75), id="letters"),
        pytest.param("Macro-averaged: P 0.5, R 0.625, F1 0.75\n", ("macro", 0.5, 0.625, 0.75), id="an average"),
        pytest.param("Span precision: 0.5, recall: 0.625, F1: 0.75\n", ("span", 0.5, 0.625, 0.75), id="any word"),
        pytest.param(
            "{'rouge2': Score(precision=0.5, recall=0.625, fmeasure=0.75)}\n",
            ("rouge2", 0.5, 0.625, 0.75),
            id="rouge-score",
        ),
        pytest.param(
            "'rouge2': AggregateScore(low=Score(precision=0.1, recall=0.1, fmeasure=0.1), mid=Score(precision=0.5, "
            "recall=0.625, fmeasure=0.75), high=Score(precision=0.9, recall=0.9, fmeasure=0.9))\n",
            ("rouge2", 0.5, 0.625, 0.75),
            id="bootstrapped",
        ),
        pytest.param("{'rouge-l': {'r': 0.625, 'p': 0.5, 'f': 0.75}}\n", ("rougel", 0.5, 0.625, 0.75), id="dictionary"),
        pytest.param("rouge-l: {'r': 0.625, 'p': 0.5, 'f': 0.75}\n", ("rougel", 0.5, 0.625, 0.75), id="key before"),
    ],
)
def test_the_kind_is_part_of_each_name(text: str, wanted: tuple[str, float, float, float]) -> None:
    kind, precision, recall, f1 = wanted

    assert metrics(text) == {f"{kind}_precision": precision, f"{kind}_recall": recall, f"{kind}_f1": f1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Average precision: 0.5, recall: 0.625, F1: 0.75\n", {"average_precision": 0.5, "recall": 0.625, "f1": 0.75}),
        ("Test precision: 0.5, recall: 0.625, F1: 0.75\n", {"precision": 0.5, "recall": 0.625, "f1": 0.75}),
        ("Macro F1: 0.5, precision: 0.625\n", {"macro_f1": 0.5, "precision": 0.625}),
    ],
)
def test_what_stands_before_one_value_is_not_given_to_all(text: str, wanted: dict[str, float]) -> None:
    assert metrics(text) == wanted


def test_two_kinds_are_no_classes_of_a_report() -> None:
    text = (
        "{'rouge1': Score(precision=0.5, recall=0.625, fmeasure=0.75), "
        "'rougeLsum': Score(precision=0.25, recall=0.375, fmeasure=0.3)}\n"
    )

    result = read_text(text).results[0]

    assert (len(result.metrics), result.per_class) == (6, {})


def test_lengths_in_brackets_name_the_values() -> None:
    assert metrics(">> ROUGE-F(1/2/l): 41.5/18.25/38.5\n") == {"rouge1_f1": 41.5, "rouge2_f1": 18.25, "rougel_f1": 38.5}
    assert metrics(">> ROUGE-R(1/2/3/l): 46.5/21.5/43.25\n") == {
        "rouge1_recall": 46.5,
        "rouge2_recall": 21.5,
        "rougel_recall": 43.25,
    }


def test_the_perl_script_reports_each_system() -> None:
    line = "{0} ROUGE-{1} Average_{2}: {3} (95%-conf.int. 0.10000 - 0.90000)\n"
    ruler = "---------------------------------------------\n"
    text = ruler.join(
        line.format(system, kind, part, value)
        for system, kind, part, value in (
            ("11", "1", "R", 0.5), ("11", "W-1.2", "F", 0.25), ("11", "SU4", "P", 0.75),
            ("12", "1", "R", 0.625),
        )
    )  # fmt: skip

    results = read_text(text + "BLEU = 0.18\n").results

    assert [(dict(result.metrics), dict(result.options)) for result in results] == [
        ({"rouge1_r": 0.5, "rougew_f": 0.25, "rougesu4_p": 0.75}, {"system": "11"}),
        ({"rouge1_r": 0.625}, {"system": "12"}),
        ({"bleu": 0.18}, {}),
    ]
