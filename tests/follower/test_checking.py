"""Findings from outside as facts: once, with the same ids whoever looks, and silent where they are told to be."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import facts, paths
from labjournal.follower import Follower, checking, reindex
from labjournal.model import Level
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

COUNTS = {"labels": ["background", "signal"], "matrix": [[494, 30], [63, 413]], "unknown": [0, 0]}


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def write_curve(run: RunPaths, tag: str, values: list[float], every: int = 1, start: float = CREATED) -> None:
    writer = EventWriter(run.events / f"events.out.tfevents.{tag.replace('/', '_')}")
    for at, value in enumerate(values):
        writer.add(tag, at * every, value, start + 10 + at)
    writer.close()


def findings(journal: JournalPaths, run: RunPaths) -> dict[str, Level]:
    follower = Follower.open(journal)
    follower.catch_up()
    found = {finding.rule: finding.level for finding in follower.store.findings(run.id)}
    follower.close()
    return found


def stated(run: RunPaths) -> list[facts.Fact]:
    """The finding facts in the run's own folder."""
    return [
        fact
        for path in sorted(run.facts.glob("*.jsonl"))
        for _, fact in facts.read(path)[0]
        if fact is not None and fact.kind == "finding"
    ]


BROKEN = [2 / (1 + i / 10) for i in range(40)] + [math.nan] * 10
WELL = [2 / (1 + i / 3) + 0.01 * (i % 3) for i in range(60)]


def test_a_broken_curve_becomes_one_finding_when_the_run_has_ended(journal: JournalPaths) -> None:
    run = make_run(journal)
    write_curve(run, "train/loss", BROKEN)
    assert findings(journal, run)["nonfinite"] is Level.ALARM
    (fact,) = [fact for fact in stated(run) if fact.data["rule"] == "nonfinite"]
    assert fact.t == facts.now_iso(CREATED + 50)  # when the first such record was written
    assert fact.data["step"] == 40
    assert fact.data["remedy"]
    assert findings(journal, run)["nonfinite"] is Level.ALARM
    assert len([fact for fact in stated(run) if fact.data["rule"] == "nonfinite"]) == 1


def test_a_healthy_curve_becomes_none(journal: JournalPaths) -> None:
    run = make_run(journal)
    write_curve(run, "train/loss", WELL)
    assert all(level is Level.NOTICE for level in findings(journal, run).values())


def test_a_deleted_index_finds_the_same_and_states_nothing_again(journal: JournalPaths) -> None:
    run = make_run(journal)
    write_curve(run, "train/loss", BROKEN)
    before = findings(journal, run)
    said = [fact.id for fact in stated(run)]
    reindex.rebuild(journal)
    store = Store.open(journal)
    assert {finding.rule: finding.level for finding in store.findings(run.id)} == before
    assert [fact.id for fact in stated(run)] == said
    store.close()


def test_two_journals_derive_the_same_facts(tmp_path: Path) -> None:
    """The id follows from the run and the rule, so that two machines that look state one fact."""
    ids = []
    for name in ("one", "two"):
        journal = paths.find_or_make(tmp_path / name)
        if name == "one":
            run = make_run(journal)
            write_curve(run, "train/loss", BROKEN)
        else:
            shutil.copytree(run.folder, journal.run(run.id).folder, ignore=shutil.ignore_patterns("*reader*"))
        findings(journal, journal.run(run.id))
        ids.append([(fact.id, fact.t) for fact in stated(journal.run(run.id))])
    assert ids[0] == ids[1]
    assert ids[0]


def test_a_rule_is_switched_off_or_given_another_level(journal: JournalPaths) -> None:
    (journal.project / "labjournal.toml").write_text(
        '[checks]\noff = ["not_converged"]\nlevel = { nonfinite = "notice" }\n'
    )
    run = make_run(journal)
    write_curve(run, "train/loss", BROKEN)
    assert findings(journal, run) == {"nonfinite": Level.NOTICE}


def test_what_the_watch_has_said_is_not_said_again_and_is_a_cause(journal: JournalPaths) -> None:
    run = make_run(journal)
    write_curve(run, "train/loss", [math.log(10) + 0.01 * math.sin(i) for i in range(200)])
    said = {"rule": "no_update", "level": "alarm", "subject": "net", "step": 3, "message": "m", "evidence": {"a": 1}}
    add_facts(run, ("finding", said))
    follower = Follower.open(journal)
    follower.catch_up()
    found = {finding.rule: finding for finding in follower.store.findings(run.id)}
    assert found["loss_flat"].caused_by == "no_update"
    assert follower.store.findings(run.id)[0].rule == "no_update"
    follower.close()


def test_a_living_run_is_looked_at_now_and_then_for_alarms_only(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(journal, ended=False)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for at, value in enumerate(WELL):
        writer.add("train/loss", at, value)
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.findings(run.id) == []
    for at in range(60, 70):
        writer.add("train/loss", at, math.nan)
    writer.close()
    follower.catch_up()
    assert follower.store.findings(run.id) == []  # it was looked at a moment ago
    monkeypatch.setattr(checking, "LIVE_EVERY_S", 0.0)
    follower.catch_up()
    assert [finding.rule for finding in follower.store.findings(run.id)] == ["nonfinite"]
    follower.catch_up()
    assert len(stated(run)) == 1
    follower.close()


def test_an_option_without_effect_is_said_of_the_later_validation(journal: JournalPaths) -> None:
    trained = make_run(journal, "trained")
    runs = []
    for at, option in enumerate(("on", "off")):
        run = make_run(journal, f"v{at}", kind="validate", at=CREATED + 100 * (at + 1))
        result = {
            "subject": {"run": trained.id, "checkpoint": "step_3.pt", "step": 3, "version": "x"},
            "measured_by": run.id, "dataset": {"name": "1:1", "hash": "a" * 64}, "options": {"numeric": option},
            "metrics": {}, "counts": COUNTS, "role": "validation", "how": "stated",
        }  # fmt: skip
        add_facts(run, ("result", result), at=CREATED + 100 * (at + 1) + 5)
        runs.append(run)
    assert findings(journal, runs[1]) == {"option_without_effect": Level.WARNING}
    assert findings(journal, runs[0]) == {}


def test_an_identity_of_the_project_is_held_against_curves(journal: JournalPaths) -> None:
    (journal.project / "labjournal.toml").write_text('[identities]\nT = "loss_den - loss_num"\n')
    run = make_run(journal)
    for tag, last in (("loss_den", 4.0), ("loss_num", 2.5), ("T", 1.0)):
        write_curve(run, tag, [last + 1, last])
    assert findings(journal, run)["identity_broken"] is Level.ALARM
    (said,) = [fact for fact in stated(run) if fact.data["rule"] == "identity_broken"]
    assert said.data["evidence"]["computed"] == 1.5


def test_a_loss_that_was_only_printed_is_judged(journal: JournalPaths) -> None:
    values = [1.0 / (1 + at) for at in range(30)] + [40.0 + at for at in range(15)]
    run = make_run(journal, log="".join(f"epoch {at} train loss {value:.4f}\n" for at, value in enumerate(values)))
    assert findings(journal, run)["loss_diverged"] is Level.ALARM
    assert [fact.t for fact in stated(run)] == [facts.now_iso(CREATED + 60)]  # a log tells no times: the end of the run


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("round {outer} epoch {inner} train loss {loss:.4f}\n", {}),
        ("repeat {outer}, epoch {inner}: train loss {loss:.4f}\n", {}),
        ("epoch {outer} step {inner} train loss {loss:.4f}\n", {"loss_sawtooth": Level.WARNING}),
    ],
)
def test_a_loss_that_begins_anew_where_the_script_counts_anew_is_left_alone(
    journal: JournalPaths, line: str, expected: dict[str, Level]
) -> None:
    losses = [2.0, 0.9, 0.7, 0.62, 0.6, 0.59, 0.58]
    log = "".join(
        line.format(outer=outer, inner=inner, loss=loss) for outer in range(5) for inner, loss in enumerate(losses)
    )
    found = findings(journal, make_run(journal, log=log))
    assert {rule: level for rule, level in found.items() if level is not Level.NOTICE} == expected


def test_silence_has_its_reasons(journal: JournalPaths) -> None:
    run = make_run(journal, "quiet")
    living = make_run(journal, "living", ended=False)
    follower = Follower.open(journal)
    follower.catch_up()
    checker = checking.Checker(follower.store, follower.config)
    because = checker.unjudged(follower.store.run(run.id))
    assert "loss_flat" in because["no curve is named as a training loss"]
    assert checker.unjudged(follower.store.run(living.id)) == {"the run has not ended": ["checks from outside"]}
    follower.close()


def test_what_no_process_could_judge_is_told_with_its_reason(journal: JournalPaths) -> None:
    run = make_run(journal)
    finding = {"rule": "no_grad", "level": "warning", "subject": "a", "step": 1, "message": "m", "evidence": {}}
    one = {"order_repeat": "no DataLoader", "zero_grad": "too few", "no_grad": "too few"}
    other = {"order_repeat": "it failed: KeyError() in epochs.py:1", "no_grad": "too few"}
    add_facts(run, ("watch_end", {"steps": 9, "not_judged": one}), ("finding", finding), at=CREATED + 5)
    add_facts(run, ("watch_end", {"steps": 9, "not_judged": other}), at=CREATED + 6)
    follower = Follower.open(journal)
    follower.catch_up()
    because = checking.Checker(follower.store, follower.config).unjudged(follower.store.run(run.id))
    assert because["it failed: KeyError() in epochs.py:1"] == ["order_repeat"]
    assert "too few" not in because
    follower.close()


def test_a_time_that_is_none_does_no_harm(journal: JournalPaths) -> None:
    run = make_run(journal)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for at, value in enumerate(BROKEN):
        writer.add("loss", at, value, [1e300, -5.0, math.inf][at % 3])
    writer.close()
    assert findings(journal, run)["nonfinite"] is Level.ALARM


@pytest.mark.parametrize(("began", "expected"), [([], {"loss_diverged": Level.ALARM}), ([50.0], {})])
def test_a_training_with_another_optimizer_is_judged_by_itself(
    journal: JournalPaths, began: list[float], expected: dict[str, Level]
) -> None:
    run = make_run(journal)
    first, second = [0.3 / (1 + at) + 0.02 for at in range(40)], [2.3 / (1 + at / 40) for at in range(40)]
    write_curve(run, "train/loss", first + second)
    for at, label in zip([10.0, *began], ("Adam", "Adam#2"), strict=False):
        state = {"state": "watched", "models": [], "optimizers": [{"label": label}], "tensors": 4}
        add_facts(run, ("watch_state", state), at=CREATED + at)
    assert {rule: level for rule, level in findings(journal, run).items() if level is not Level.NOTICE} == expected


def adapted(last: int) -> list[str]:
    """Two trainings, each counting by itself; the validation loss of the second rises from its third epoch to last."""
    return [
        *(f"pretrain step {at} train_loss {3 / (1 + at / 10):.3f}" for at in range(60)),
        *(f"pretrain epoch {at} eval_loss {3 / (1 + at):.3f}" for at in range(8)),
        *(f"lora step {at} train_loss {2 + 1 / (1 + at / 10):.3f}" for at in range(60)),
        *(f"lora epoch {at} eval_loss {2 + 1 / (1 + at) + 0.3 * max(0, at - 2):.3f}" for at in range(last)),
    ]


BY_EPOCH = [
    f"[{epoch}/4] step {at} loss {scale * (0.2 + 2 / (1 + 20 * epoch + at)):.3f}"
    for scale in (1, 20)
    for epoch in range(4)
    for at in range(20)
]


ONE, TWO, IN_TURN = [(10.0, 1)], [(10.0, 1), (30.0, 60)], [(10.0, 1), (30.0, 3)]
"""When optimizers began, and the steps that others had made by then."""


@pytest.mark.parametrize(
    ("log", "began", "expected"),
    [
        (adapted(3), TWO, {}),
        (adapted(8), TWO, {"overfitting": Level.WARNING}),
        (adapted(3), ONE, {}),  # which training loss belongs to which validation is not known
        (BY_EPOCH, TWO, {}),
        (BY_EPOCH, ONE, {"loss_diverged": Level.ALARM}),
        (BY_EPOCH, IN_TURN, {"loss_diverged": Level.ALARM}),
    ],
)
def test_printed_trainings_with_another_optimizer_are_judged_by_themselves(
    journal: JournalPaths, log: list[str], began: list[tuple[float, int]], expected: dict[str, Level]
) -> None:
    run = make_run(journal, log="\n".join(log))
    for (at, steps), label in zip(began, ("Adam", "Adam#2"), strict=False):
        state = {"state": "watched", "models": [], "optimizers": [{"label": label}], "tensors": 4, "steps": steps}
        add_facts(run, ("watch_state", state), at=CREATED + at)
    found = {rule: level for rule, level in findings(journal, run).items() if level is not Level.NOTICE}
    assert found == expected


@pytest.mark.parametrize(("second", "expected"), [(0, {}), (4, {"loss_diverged": Level.ALARM})])
def test_a_second_count_of_epochs_begins_a_training_of_its_own(
    journal: JournalPaths, second: int, expected: dict[str, Level]
) -> None:
    lines = []
    for name, first, level in (("pretrain", 0, 1.0), ("adapt", second, 20.0)):
        for epoch in range(4):
            loss = [level * (0.2 + 2 / (2 + 10 * epoch + at)) for at in range(12)]
            lines += [f"{name} epoch {first + epoch} iter {at} loss {one:.3f}" for at, one in enumerate(loss)]
            lines.append(f"{name} epoch {first + epoch} val_loss {loss[-1]:.3f}")
    run = make_run(journal, log="\n".join(lines))
    assert {rule: level for rule, level in findings(journal, run).items() if level is not Level.NOTICE} == expected


@pytest.mark.parametrize("tensors", [["encoder.weight", "adapter.weight"], ["encoder.weight"]])
def test_modules_that_moved_and_were_not_saved_are_named(journal: JournalPaths, tensors: list[str]) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for module in ("net.encoder", "net.adapter"):
        write_curve(run, f"watch/update_ratio/{module}", [0.1, 0.01])
    path = journal.project / "step_2.pt"
    torch.save({name: torch.zeros(2) for name in tensors}, path)
    os.utime(path, (CREATED + 20, CREATED + 20))
    add_facts(run, ("checkpoint_written", {"path": str(path)}))
    expected = {} if len(tensors) == 2 else {"checkpoint_missing_params": Level.ALARM}
    assert findings(journal, run) == expected


@pytest.mark.parametrize("tensors", [["adapter.weight"], ["adapter.weight", "head.weight"]])
def test_a_head_that_only_an_older_checkpoint_has_by_name_is_not_saved(
    journal: JournalPaths, tensors: list[str]
) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for module, start in (("old.body", 0.0), ("old.head", 0.0), ("net.adapter", 5.0), ("net.head", 5.0)):
        write_curve(run, f"watch/update_ratio/{module}", [0.1, 0.01], start=CREATED + start)
    for name, saved, at in (("base.pt", ["body.weight", "head.weight"], 12), ("tuned.pt", tensors, 20)):
        path = journal.project / name
        torch.save({name: torch.zeros(2) for name in saved}, path)
        os.utime(path, (CREATED + at, CREATED + at))
        add_facts(run, ("checkpoint_written", {"path": str(path)}))
    expected = {} if len(tensors) == 2 else {"checkpoint_missing_params": Level.WARNING}
    assert findings(journal, run) == expected


def test_what_an_earlier_phase_saved_once_counts_however_many_checkpoints_follow(journal: JournalPaths) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for module in ("net.encoder", "net.head"):
        write_curve(run, f"watch/update_ratio/{module}", [0.1, 0.01])
    saved = [("first.pt", "encoder.weight")] + [(f"tuned_{step}.pt", "head.weight") for step in range(15)]
    for at, (name, tensor) in enumerate(saved):
        path = journal.project / name
        torch.save({tensor: torch.zeros(2)}, path)
        os.utime(path, (CREATED + 12 + at, CREATED + 12 + at))
        add_facts(run, ("checkpoint_written", {"path": str(path)}))
    assert findings(journal, run) == {}


@pytest.mark.parametrize("looked_at_since", [0, 8])
def test_the_base_of_an_earlier_phase_may_be_left_out_of_the_checkpoint(
    journal: JournalPaths, looked_at_since: int
) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    write_curve(run, "watch/update_ratio/net.base", [0.1, 0.01] + [0.0] * looked_at_since)
    write_curve(run, "watch/update_ratio/net.adapter", [0.1, 0.01], start=CREATED + 5.0)
    path = journal.project / "adapter.pt"
    torch.save({"adapter.weight": torch.zeros(2)}, path)
    os.utime(path, (CREATED + 20, CREATED + 20))
    add_facts(run, ("checkpoint_written", {"path": str(path)}))
    assert findings(journal, run) == {"checkpoint_missing_params": Level.NOTICE}


@pytest.mark.parametrize(("written", "level"), [(12, Level.NOTICE), (30, Level.ALARM)])
def test_what_a_model_is_begun_with_is_no_checkpoint_of_it(journal: JournalPaths, written: float, level: Level) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for module, start, points in (("old.body", 0, 2), ("old.head", 0, 2), ("new.body", 8, 9), ("new.head", 5, 12)):
        write_curve(run, f"watch/update_ratio/{module}", [0.1] * points, start=CREATED + start)
    path = journal.project / "body.pt"
    torch.save({"body.weight": torch.zeros(2)}, path)
    os.utime(path, (CREATED + written, CREATED + written))
    add_facts(run, ("checkpoint_written", {"path": str(path)}))
    assert findings(journal, run) == {"checkpoint_missing_params": level}


@pytest.mark.parametrize(("models", "level"), [(["members.0", "net"], None), (["params"], Level.ALARM)])
def test_the_place_of_a_tensor_in_a_list_is_no_layer_that_a_checkpoint_could_lack(
    journal: JournalPaths, models: list[str], level: Level | None
) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for at in range(4):
        write_curve(run, f"watch/update_ratio/params.{at}", [0.1, 0.01])
    path = journal.project / "ensemble.pt"
    torch.save({"body.0.weight": torch.zeros(2), "body.2.weight": torch.zeros(2)}, path)
    os.utime(path, (CREATED + 20, CREATED + 20))
    state = {"state": "watched", "models": [{"name": name} for name in models], "optimizers": [], "tensors": 4}
    add_facts(run, ("watch_state", state), ("checkpoint_written", {"path": str(path)}))
    assert findings(journal, run) == ({} if level is None else {"checkpoint_missing_params": level})


@pytest.mark.parametrize(("idle", "level"), [("predictor", Level.NOTICE), ("predict", Level.ALARM)])
def test_what_stood_idle_in_every_validation_may_be_left_out_too(
    journal: JournalPaths, idle: str, level: Level
) -> None:
    torch = pytest.importorskip("torch")
    run = make_run(journal)
    for module in ("net.online.body", "net.predictor.0", "net.predictor.2"):
        write_curve(run, f"watch/update_ratio/{module}", [0.1, 0.01])
    path = journal.project / "online.pt"
    torch.save({"body.weight": torch.zeros(2)}, path)
    os.utime(path, (CREATED + 20, CREATED + 20))
    ended = {"steps": 2, "real_steps": 2, "unvalidated": [f"net.module.{idle}"]}
    add_facts(run, ("checkpoint_written", {"path": str(path)}), ("watch_end", ended))
    assert findings(journal, run) == {"checkpoint_missing_params": level}
