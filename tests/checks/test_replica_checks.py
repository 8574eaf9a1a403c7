"""Ranks against each other, from what they state: who differs since when, and who is not compared at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from labjournal.checks import replicas
from labjournal.vocabulary import Level

STEPS = (1, 5, 10, 20, 50)
Weight = Callable[[int, int, str], float]


def told(
    weight: Weight,
    ranks: int = 2,
    ddp: bool = True,
    steps: tuple[int, ...] = STEPS,
    dtype: str = "float32",
    **more: Any,
) -> list[dict[str, Any]]:
    """What ranks state of a model of two modules, whose sums are ``weight(rank, step, module)``."""
    facts = []
    for rank in range(ranks):
        for step in steps:
            modules = []
            for module in ("model.0", "model.2"):
                value = weight(rank, step, module)
                sums = {"sum": value, "weighted": value / 3, "square": 4.0}
                modules.append({"module": module, "dtype": dtype, "tensors": 7, "ddp": ddp, **sums})
            group = {"attempt": 1, "group": "aa", "world_size": ranks, "peers": list(range(ranks)) if ddp else None}
            facts.append({"step": step, "optimizer": "Adam", "rank": rank, **group, "modules": modules, **more})
    return facts


def together(_rank: int, step: int, _module: str) -> float:
    return 1 + 0.01 * step


def apart_from(step_of: int, who: int = 1, part: str = "model.2") -> Weight:
    def weight(rank: int, step: int, module: str) -> float:
        return together(rank, step, module) + 0.01 * (rank == who and step >= step_of and module == part)

    return weight


@pytest.mark.parametrize("ddp", [True, False])
def test_ranks_that_move_together_are_fine(ddp: bool) -> None:
    assert replicas.judge(told(together, 4, ddp)).state == "fine"


@pytest.mark.parametrize("ddp", [True, False])
def test_the_first_module_step_and_rank_that_differ_are_named(ddp: bool) -> None:
    said = replicas.judge(told(apart_from(10, who=2), 3, ddp))
    assert (said.rule, said.level, said.subject, said.step) == ("replica_divergence", Level.ALARM, "model.2", 10)
    assert said.evidence["apart"] == [2]
    assert said.evidence["last_equal_step"] == 5
    assert said.message.startswith("Rank 2 holds other weights than rank 0 in model.2 before step 10")


def test_the_order_in_which_facts_arrive_does_not_matter() -> None:
    facts = told(apart_from(10))
    assert replicas.judge(facts[::-1]) == replicas.judge(facts)


def test_one_look_is_not_enough_and_the_wrapped_may_agree_again() -> None:
    assert not replicas.judge(told(apart_from(50))).found
    once = told(lambda rank, step, _: together(rank, step, "") + (rank == 1 and step == 10))
    assert replicas.judge(once).state == "fine"


def test_ranks_under_ddp_that_never_agreed_differ_from_the_first_look_on() -> None:
    said = replicas.judge(told(apart_from(0)))
    assert (said.found, said.step, said.evidence["last_equal_step"]) == (True, 1, None)


@pytest.mark.parametrize(
    "facts",
    [
        told(together, ranks=1),
        told(lambda rank, step, _: step + rank, ddp=False),  # seeds of their own
        told(
            lambda rank, step, _: step + rank * (step >= 5), ddp=False
        ),  # the same seed, other batches: equal only before the first step
        told(lambda rank, step, _: 1.0 + (rank and step >= 20), ddp=False),  # equal, but never moved
        told(lambda rank, step, _: step + 0.1 * (rank and step in (10, 20)), ddp=False),  # averaged now and then
        told(apart_from(10), not_judged="ranks go their own ways between averagings (local SGD)"),
        [*told(together), *told(apart_from(0))],  # two trainings in turn
        [],
        [{"step": "x", "modules": ["y", {}], "peers": 3}],
    ],
)
def test_what_is_no_replica_is_not_judged(facts: list[dict[str, Any]]) -> None:
    said = replicas.judge(facts)
    assert (said.state, bool(said.message)) == ("not judged", True)


def test_ranks_of_other_groups_optimizers_and_attempts_are_not_compared() -> None:
    def alone(**more: Any) -> list[dict[str, Any]]:
        return [{**fact, **more} for fact in told(apart_from(0)) if fact["rank"] == 1]

    for more in ({"group": "bb"}, {"optimizer": "SGD"}, {"attempt": 2}, {"peers": [1, 3]}):
        others = [fact for fact in told(together) if fact["rank"] == 0]
        assert replicas.judge([*others, *alone(**more)]).state == "not judged"


@pytest.mark.parametrize(("dtype", "within", "beyond"), [("float32", 1e-5, 1e-4), ("bfloat16", 0.01, 0.1)])
def test_what_rounding_explains_is_no_difference(dtype: str, within: float, beyond: float) -> None:
    def shifted(by: float) -> Weight:
        return lambda rank, step, module: together(rank, step, module) + by * rank

    assert replicas.judge(told(shifted(within), dtype=dtype)).state == "fine"
    assert replicas.judge(told(shifted(beyond), dtype=dtype)).found


def test_what_is_not_a_number_is_left_to_its_own_check() -> None:
    facts = told(together)
    for fact in facts:
        if fact["rank"] == 1:
            fact["modules"][0]["sum"] = "NaN"
    assert not replicas.judge(facts).found
