"""What the watch may cost, with a clock of the test's own."""

from __future__ import annotations

from labjournal.watch.budget import Budget, look_due
from labjournal.watch.nap import next_look


def looks(steps: int, step_s: float, idle_s: float, look_s: float, waits: float = 1) -> tuple[list[int], Budget]:
    """The steps at which a run of equal steps was looked at; everything takes ``waits`` times as long as it works."""
    now = work = 0.0
    budget = Budget(lambda: now, lambda: work)
    seen = []
    for step in range(1, steps + 1):
        now += step_s * waits
        work += step_s
        budget.spent += idle_s * waits
        if look_due(step) and budget.allows(step):
            budget.spent += look_s * waits
            budget.looked += look_s * waits
            budget.worked += look_s
            now += look_s * waits
            work += look_s
            seen.append(step)
    return seen, budget


def test_a_short_run_of_quick_steps_is_looked_at_to_its_end() -> None:
    seen, _ = looks(900, 1e-3, 25e-6, 1.5e-3)
    assert max(seen) > 800
    assert len([step for step in seen if step > 100]) >= 15


def test_a_crowded_machine_takes_no_look_from_a_short_run() -> None:
    alone, _ = looks(400, 1e-3, 25e-6, 3e-3)
    crowded, budget = looks(400, 1e-3, 25e-6, 3e-3, waits=8)
    assert set(crowded) >= set(alone)
    assert budget.looked > 1


def test_a_very_crowded_machine_takes_no_look_either() -> None:
    alone, _ = looks(400, 8e-3, 25e-6, 4e-3)
    crowded, _ = looks(400, 8e-3, 25e-6, 4e-3, waits=20)
    assert set(crowded) >= set(alone)
    assert max(alone) > 350


def test_a_long_run_of_quick_steps_costs_under_five_percent() -> None:
    seen, budget = looks(20_000, 1e-3, 25e-6, 1.5e-3)
    assert budget.spent < 0.05 * budget.elapsed()
    assert max(seen) > 10_000


def test_slow_steps_cost_under_half_a_percent_after_the_first_hundred() -> None:
    seen, budget = looks(2_000, 0.5, 50e-6, 1e-3)
    assert len([step for step in seen if step > 100]) == 190
    assert budget.spent < 0.005 * budget.elapsed()


def test_no_look_is_broken_off_between_the_backward_pass_and_the_step() -> None:
    now = 0.0
    budget = Budget(lambda: now, lambda: now)
    halves, wholes = [], []
    for step in range(1, 5_001):
        now += 1e-3
        for half in (halves, wholes):  # as the session asks: before the backward pass, then before the step
            if look_due(step) and (budget.would_allow(step) if half is halves else budget.allows(step)):
                now += 0.75e-3
                budget.looked += 0.75e-3
                budget.worked += 0.75e-3
                half.append(step)
    assert halves == wholes
    assert len(halves) > 100


def test_a_second_stage_is_looked_at_when_the_first_has_used_the_capital_up() -> None:
    budget = Budget(lambda: 0.0, lambda: 0.0)
    for step in range(1, 101):
        budget.worked += 0.02 * (look_due(step) and budget.allows(step))
    assert not budget.allows(100)
    second = []
    for step in range(1, 101):
        if look_due(step) and budget.allows(step):
            budget.worked += 0.01
            second.append(step)
    assert second[:20] == list(range(1, 21))


def test_optimizers_built_anew_again_and_again_do_not_buy_looks_for_ever() -> None:
    budget = Budget(lambda: 0.0, lambda: 0.0)
    for _ in range(50):
        for step in range(1, 41):
            if look_due(step) and budget.allows(step):
                budget.worked += 0.02
    assert budget.worked < 2


def test_the_wait_for_the_next_paid_look_is_told_in_steps() -> None:
    now = 0.0
    budget = Budget(lambda: now, lambda: now)
    for step in range(1, 201):
        now += 1e-3
        if budget.allows(step) and step == 200:
            budget.looked += 0.045
            budget.worked += 0.045
            now += 0.045
    waits = budget.rest(200)
    paid = next(step for step in range(201, 2000) if budget.would_allow(step) or (now := now + 1e-3) < 0)
    assert 0.6 * (paid - 200) < waits < 1.3 * (paid - 200)  # the look itself is in the pace so far
    assert budget.rest(paid) == 0


def test_naps_last_to_a_step_that_is_looked_at_and_never_long() -> None:
    assert [next_look(step, 0) for step in (100, 101, 109, 110)] == [110, 110, 110, 120]
    assert [next_look(200, rest) for rest in (1, 10, 14.5, 1e9)] == [210, 220, 220, 230]


def test_what_is_new_is_looked_at_when_nothing_else_is_left() -> None:
    now = 0.0
    budget = Budget(lambda: now, lambda: now)
    for step in range(1, 102):
        budget.allows(step)
        budget.paid(0.006, 0.006)
        now += 0.007
    assert not budget.allows(102, suspected=True)
    seen = 0
    while budget.allows(103, suspected=True, news=True):
        budget.paid(0.01, 0.01)
        seen += 1
    assert seen in (15, 16)
    assert not budget.allows(104, suspected=True, news=True)
