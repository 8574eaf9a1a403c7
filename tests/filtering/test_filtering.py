"""The filter grammar: what is found, what is said of mistakes, and that nothing typed breaks it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.filtering import FilterError, Keys, Kind, compiled, parse
from labjournal.filtering.grammar import And, Node, Not, Or, Term, Word

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEYS = Keys(
    {"status": Kind.TEXT, "has": Kind.TEXT, "data": Kind.TEXT, "since": Kind.SINCE, "age": Kind.AGE, "on": Kind.TEXT},
    choices={"status": ("running", "done", "failed"), "has": ("alarm", "warning")},
    numbers=("lr", "lr.nfa", "epochs"),
    texts=("optim",),
    measured=("accuracy", "sic"),
    nouns="setting or metric",
)


class Fake:
    def __init__(self, words: str = "", days: float = 0.0, **values: Sequence[str | float]) -> None:
        self._words, self._values = words, values
        self._moment = NOW - timedelta(days=days)

    @property
    def id(self) -> str:
        return "01JYV3ABCDEFGHJKMNPQRSTVWX"

    def words(self) -> str:
        return self._words

    def values(self, key: str, data: frozenset[str]) -> Sequence[str | float]:
        if data and key.startswith("accuracy"):
            return [v for on in data for v in self._values.get(f"{key}@{on}", ())]
        return self._values.get(key, ())

    def moment(self) -> datetime:
        return self._moment


THINGS = {
    "v3": Fake(
        "v3-embed\nadapter", 2, status=["DONE"], lr=[3e-5], data=["1:1", "1:10"], accuracy=[0.897, 0.884],
        **{"accuracy@1:1": [0.897], "accuracy@1:10": [0.884], "accuracy.low": [0.877]},
    ),
    "v4": Fake("v4-own\nadapter group", 0.1, status=["RUNNING"], has=["alarm"], lr=[3e-3], accuracy=[0.908]),
    "old": Fake("first-prompt", 31, status=["FAILED"], has=["alarm"], lr=["auto"]),
}  # fmt: skip


def found(typed: str) -> list[str]:
    chosen = compiled(typed, KEYS, NOW)
    assert chosen is not None
    return [name for name, thing in THINGS.items() if chosen.accepts(thing)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("adapter", ["v3", "v4"]),
        ("ADAPTER group", ["v4"]),
        ("status:failed", ["old"]),
        ("status:fail", ["old"]),
        ("lr>1e-4", ["v4"]),
        ("lr<=3e-5", ["v3"]),
        ("status:failed | lr>1e-4", ["v4", "old"]),
        ("has:alarm !status:running", ["old"]),
        ("!has:alarm", ["v3"]),
        ("(status:done | status:running) adapter", ["v3", "v4"]),
        ("/^v[34]-/", ["v3", "v4"]),
        ("!/^v[34]-/", ["old"]),
        ("acc>0.9", ["v4"]),
        ("data:1:10 acc>0.89", []),
        ("data:1:1 acc>0.89", ["v3"]),
        ("acc.low>0.87", ["v3"]),
        ("age<1d", ["v4"]),
        ("since:7d", ["v3", "v4"]),
        ("since:mon", ["v3", "v4"]),
        ('"own\nadapter"', ["v4"]),
        ("status!=failed", ["v3", "v4"]),
        ("data:1:1", ["v3"]),
    ],
)
def test_a_filter_finds(typed: str, expected: list[str]) -> None:
    assert found(typed) == expected


@pytest.mark.parametrize(
    ("typed", "said", "wrong"),
    [
        ("lrr>1e-4", 'no setting or metric "lrr": lr', "lrr"),
        ("adapter lr>fast", "lr is a number: lr>1e-4", "fast"),
        ("(status:done", '")" missing', "(status:done"),
        ("status:done)", '"(" missing', ")"),
        ("status:nope", 'no status "nope"', "nope"),
        ("since:never", "never is no time: since:mon", "never"),
        ("age<long", "age is a length of time: age<2h, age>3d", "long"),
        ("optim>3", "optim is a text: optim:3", "optim>3"),
        ("lr>", "lr> what?", "lr>"),
        ("a | ", "a word is missing here", " "),
        ("a !", '"!" of what?', "!"),
        ("/[/", "no pattern yet", "/[/"),
        ('"open', '" missing', '"open'),
    ],
)
def test_a_mistake_is_named_with_its_place(typed: str, said: str, wrong: str) -> None:
    with pytest.raises(FilterError) as caught:
        compiled(typed, KEYS, NOW)
    assert said in caught.value.message
    assert typed[caught.value.start : caught.value.end] == wrong


def test_what_could_not_be_compared_is_counted() -> None:
    chosen = compiled("lr>0", KEYS, NOW)
    assert chosen is not None
    assert len(chosen.accepted(THINGS.values())) == 2
    assert chosen.lacking_words() == "1 holds lr as text"
    chosen = compiled("acc>0", KEYS, NOW)
    assert chosen is not None
    chosen.accepted(THINGS.values())
    assert chosen.lacking_words() == "1 has no accuracy"
    chosen.accepted([Fake(has=["alarm", "retraction"]), Fake(has=["alarm"])])
    assert chosen.lacking_words() == "1 has no accuracy, 1 retracted, of which no accuracy counts"


def test_nothing_typed_is_no_filter() -> None:
    assert compiled("  ", KEYS, NOW) is None


@given(st.text())
def test_whatever_is_typed_is_understood_or_refused_with_a_place_inside_it(typed: str) -> None:
    chosen = wrong = None
    try:
        chosen = compiled(typed, KEYS, NOW)
    except FilterError as error:
        wrong = error
    if wrong is not None:
        assert 0 <= wrong.start <= wrong.end <= max(len(typed), 1)
    if chosen is not None:
        for thing in THINGS.values():
            chosen.accepts(thing)


WORDS = st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True).map(Word)
TERMS = st.builds(
    lambda key, operator, value: (key, operator, value),
    st.sampled_from(["lr", "status", "acc.low"]),
    st.sampled_from([":", "=", "!=", "<", "<=", ">", ">="]),
    st.from_regex(r"[a-z0-9.-]{1,5}", fullmatch=True),
)
TREES = st.recursive(
    WORDS | TERMS,
    lambda inner: (
        st.tuples(st.just("!"), inner)
        | st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


def written(tree: object) -> str:
    match tree:
        case Word(text):
            return text
        case (str(key), str(operator), str(value)):
            return f"{key}{operator}{value}"
        case ("!", inner):
            return f"!({written(inner)})"
        case ("and", list(inner)):
            return " ".join(f"({written(one)})" for one in inner)
        case ("or", list(inner)):
            return " | ".join(f"({written(one)})" for one in inner)
    raise AssertionError(tree)


def same(node: Node | None, tree: object) -> bool:
    match node, tree:
        case Word(text), Word(wanted):
            return text == wanted
        case Term(), (str(key), str(operator), str(value)):
            return (node.key, node.operator, node.value) == (key, operator, value)
        case Not(inner), ("!", wanted):
            return same(inner, wanted)
        case And(nodes), ("and", list(wanted)):
            return len(nodes) == len(wanted) and all(map(same, nodes, wanted))
        case Or(nodes), ("or", list(wanted)):
            return len(nodes) == len(wanted) and all(map(same, nodes, wanted))
        case _:
            return False


@given(TREES)
def test_what_is_written_is_what_is_read(tree: object) -> None:
    assert same(parse(written(tree)), tree)


@pytest.mark.parametrize(("typed", "n"), [("v3", 1), ("/v3/", 1), ("v3ab", 3), ("TVWX", 3), ("twx", 0)])
def test_an_id_is_found_by_four_of_its_letters_and_not_by_chance(typed: str, n: int) -> None:
    assert len(found(typed)) == n
