"""The language of ``--expect``: what is read, what is refused, and that nothing is ever run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.judging.estimates import Estimate, evaluate, judge
from labjournal.judging.grammar import parse
from labjournal.judging.syntax import Number, Term, Value


def test_the_name_the_data_set_and_the_limit_are_read() -> None:
    (relation,) = parse("acc[1:10] > 0.93").relations
    assert (relation.left, relation.compare, relation.right) == (Value("acc", "1:10"), ">", Number(0.93))


def test_braces_narrow_by_set_checkpoint_run_and_options() -> None:
    (left, right) = parse("accuracy{set=1:1, numeric=on, at=best} >= accuracy{numeric=off,run=base} + 2%").values()
    assert left == Value("accuracy", None, "1:1", "best", None, (("numeric", "on"),))
    assert right == Value("accuracy", None, None, None, "base", (("numeric", "off"),))


@pytest.mark.parametrize(
    ("text", "number"),
    [("93%", 0.93), ("15m", 900.0), ("1.5h", 5400.0), ("1e-3", 1e-3), (".5", 0.5), ("20 ms", 0.02), ("2min", 120.0)],
)
def test_units_of_numbers(text: str, number: float) -> None:
    if " " in text:
        text = text.replace(" ", "")
    (relation,) = parse(f"x < {text}").relations
    assert relation.right == Number(pytest.approx(number))  # type: ignore[arg-type]


def test_names_with_slashes_dots_and_quotes() -> None:
    names = [value.name for value in parse("eval/acc.top-1 > `odd name-2` - tpr@0.1").values()]
    assert names == ["eval/acc.top", "odd name-2", "tpr@0.1"]


def test_precedence_parentheses_and_signs() -> None:
    values = {Value("a"): _exact(2.0), Value("b"): _exact(3.0)}
    for text, expected in [("a + b * 2", 8), ("(a + b) * 2", 10), ("-a - -b", 1), ("a - b - 1", -2), ("b / a", 1.5)]:
        (relation,) = parse(f"{text} > 0").relations
        assert evaluate(relation.left, values).value == expected


def test_a_chain_holds_only_if_every_link_holds() -> None:
    assert [relation.compare for relation in parse("0.5 < acc ≤ 0.9").relations] == ["<", "<="]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acc",
        "0.5 < 0.9",
        "acc > ",
        "> 0.9",
        "acc == 0.9",
        "acc = 0.9",
        "acc > 0.9)",
        "(acc > 0.9",
        "acc[] > 1",
        "acc{numeric} > 1",
        "acc{=on} > 1",
        "acc > 0.9; import os",
        "__import__('os').system('true') > 0",
        "acc > 0.9 acc",
        "acc >> 1",
        "acc ** 9 > 1",
        "((((((((((((((((((((((((((acc > 1",
        "a" * 600 + " > 1",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert refused.value.exit_code == 2
    assert refused.value.hint


@given(st.text(alphabet="acx01.9<>=+-*/(){}[],: %`msh≤", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except InputError:
        return
    assert found.values()
    assert found.relations


def _exact(value: float) -> Estimate:
    return Estimate(value, value, value)


def test_two_rates_are_held_apart_by_newcombes_interval() -> None:
    from labjournal import stats

    a, b = stats.wilson(90, 100), stats.wilson(80, 100)
    estimates = {
        Value("a"): Estimate(0.9, a.low, a.high),
        Value("b"): Estimate(0.8, b.low, b.high),
    }
    found = judge(parse("a > b").relations[0], estimates)
    expected = stats.newcombe_difference(90, 100, 80, 100)
    assert found.gap.low == pytest.approx(expected.low)
    assert found.gap.high == pytest.approx(expected.high)
    assert found.word == "confirmed"
    assert judge(parse("a < b").relations[0], estimates).word == "refuted"
    assert judge(parse("a > b + 0.1").relations[0], estimates).word == "undecided"


def test_a_quotient_by_what_may_be_zero_says_nothing() -> None:
    estimates = {Value("a"): _exact(1.0), Value("b"): Estimate(0.1, -0.1, 0.3)}
    assert judge(parse("a / b > 1").relations[0], estimates).word == "undecided"
    assert evaluate(Term("/", Value("a"), Value("b")), estimates).low is None
