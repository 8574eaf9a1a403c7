"""The same verbs on a real SLURM: sweeps as arrays, dependencies, time limits, ranks, from the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labjournal import machine
from labjournal.launchers import slurm_commands, tree
from labjournal.launchers.slurm import job_of
from labjournal.paths import JournalPaths, RunPaths
from launching_place import exit_of, wait_for

pytestmark = pytest.mark.slow
LABJOURNAL = [sys.executable, "-m", "labjournal"]
ENTRIES = Path(__file__).parents[2] / "entries"
PATIENCE_S = 120.0
HOLD = "while [ ! -e go ]; do sleep 0.1; done; "


@pytest.fixture
def folder(cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SLURM_CONF", str(cluster))
    yield tmp_path
    paths = JournalPaths(tmp_path / ".labjournal")
    for run_id in paths.run_ids():
        job = job_of(paths.run(run_id))
        if job is not None and not paths.run(run_id).exit.exists():
            slurm_commands.cancel(job)
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


def call(folder: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, capture_output=True, text=True, timeout=150)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def launch(folder: Path, *words: str) -> RunPaths:
    run_id = call(folder, "run", "--launcher", "slurm", *words).strip()
    return JournalPaths(folder / ".labjournal").run(run_id)


def listed(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call(folder, "ls", "--json"))
    return found


def counts(folder: Path, name: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(call(folder, "sweep", "status", name, "--json"))["counts"]
    return found


def test_a_grid_is_one_array_of_so_many_at_once(folder: Path) -> None:
    words = ("-n", "g", "--grid", "x=1..3", "--seeds", "2", "--launcher", "slurm", "--launcher-opt", "partition=other")
    words = (*words, "--max-parallel", "2", "--", "sh", "-c", "echo {x} {seed} $SLURM_JOB_PARTITION")
    call(folder, "sweep", *words)
    wait_for(lambda: counts(folder, "g") == {"done": 6}, PATIENCE_S)
    runs = {run["name"]: run for run in listed(folder)}
    jobs = [str(runs[f"g-{at}"]["job"]).partition("_") for at in range(6)]
    assert len({job for job, _, _ in jobs}) == 1, "one submission"
    assert [int(task) for _, _, task in jobs] == list(range(6))
    said = [call(folder, "logs", f"g-{at}").split() for at in range(6)]
    assert said == [[str(x), str(seed), "other"] for x in (1, 2, 3) for seed in (0, 1)]
    call(folder, "sweep", "resume", "g")
    assert len(listed(folder)) == 6, "nothing was left to do"


WHOLE = ("--launcher", "slurm", "--max-parallel", "2", "--", "sh", "-c", "echo {x} >> begun; sleep 60")


def test_a_sweep_is_stopped_as_a_whole_and_gone_on_with(folder: Path) -> None:
    """What waits never starts."""
    call(folder, "sweep", "-n", "g", "--grid", "x=1..12", *WHOLE)
    wait_for(lambda: counts(folder, "g").get("running") == 2, PATIENCE_S)
    call(folder, "stop", "g", "-m", "wrong data")
    assert counts(folder, "g")["killed"] >= 10
    wait_for(lambda: counts(folder, "g") == {"killed": 12}, PATIENCE_S)
    assert all("with its sweep g: wrong data" in str(run["cause"]) for run in listed(folder))
    assert len((folder / "begun").read_text().split()) == 2
    assert not [job for job in slurm_commands.jobs() if job.state == "PENDING"]
    with subprocess.Popen([*LABJOURNAL, "sweep", "resume", "g"], cwd=folder) as resumed:
        wait_for(lambda: len(listed(folder)) == 24 and counts(folder, "g").get("running") == 2, PATIENCE_S)
        call(folder, "stop", "g")
        assert resumed.wait(PATIENCE_S) == 0
    wait_for(lambda: counts(folder, "g") == {"killed": 12}, PATIENCE_S)


def test_a_job_that_ended_without_a_word_does_not_keep_the_others_from_being_stopped(folder: Path) -> None:
    call(folder, "sweep", "-n", "g", "--grid", "x=1..12", *WHOLE)
    wait_for(lambda: counts(folder, "g").get("running") == 2, PATIENCE_S)
    first = JournalPaths(folder / ".labjournal").run(next(run["id"] for run in listed(folder) if run["name"] == "g-00"))
    os.kill(supervisor_of(first, 1), signal.SIGSTOP)  # it says nothing of the end of its job
    slurm_commands.cancel(str(job_of(first)))
    call(folder, "stop", "g")
    wait_for(lambda: counts(folder, "g").get("killed", 0) >= 11, PATIENCE_S)
    assert not [job for job in slurm_commands.jobs() if job.state == "PENDING"]


def test_a_rule_ends_a_trial_in_slurm_and_the_others_go_on(folder: Path) -> None:
    code = "import sys, time, labjournal\nx = float(sys.argv[1])\n"
    code += "for step in range(200):\n    labjournal.log({'loss': x * step}, step=step)\n    time.sleep(x / 5)\n"
    (folder / "train.py").write_text(code)
    words = ("--grid", "x=0,1", "--launcher", "slurm", "--max-parallel", "2", "--stop", "above(loss, 3)", "--follow")
    call(folder, "sweep", "-n", "s", *words, "--", sys.executable, "train.py", "{x}")
    ends = {run["name"]: run for run in listed(folder)}
    assert (ends["s-0"]["status"], ends["s-1"]["status"]) == ("DONE", "KILLED")
    assert "sweep: loss" in ends["s-1"]["cause"]


def test_a_trial_that_slurm_sent_back_is_not_launched_a_second_time(folder: Path) -> None:
    words = ("--grid", "x=60,0", "--launcher", "slurm", "--max-parallel", "2", "--", "sleep", "{x}")
    call(folder, "sweep", "-n", "p", *words)
    first = JournalPaths(folder / ".labjournal").run(next(run["id"] for run in listed(folder) if run["name"] == "p-0"))
    wait_for(first.attempt(1).exists, PATIENCE_S)
    slurm_commands.requeue(str(job_of(first)))
    assert exit_of(first, PATIENCE_S)["status"] == "PREEMPTED"
    wait_for(lambda: slurm_commands.state_of(str(job_of(first))).name == "PENDING", PATIENCE_S)
    with subprocess.Popen([*LABJOURNAL, "sweep", "resume", "p"], cwd=folder, stderr=subprocess.PIPE) as minder:
        assert minder.stderr is not None
        assert b"1 of 2 trials ended" in minder.stderr.readline(), "it waits for what comes back"
        minder.terminate()
    assert len(listed(folder)) == 2
    slurm_commands.cancel(str(job_of(first)))


def sent_back(run: RunPaths) -> str:
    """The job of a run, once SLURM has ended it to start it again in two minutes."""
    job = str(job_of(run))
    wait_for(lambda: run.attempt(1).exists() and run.log.exists(), PATIENCE_S)
    slurm_commands.requeue(job)
    assert exit_of(run, PATIENCE_S)["status"] == "PREEMPTED"
    wait_for(lambda: slurm_commands.state_of(job).name == "PENDING", PATIENCE_S)
    return job


def test_a_run_that_waits_to_be_started_again_can_be_stopped(folder: Path) -> None:
    run = launch(folder, "-n", "back", "--", "sh", "-c", "echo try; sleep 60")
    job = sent_back(run)
    call(folder, "stop", "back")
    wait_for(lambda: slurm_commands.state_of(job).name == "CANCELLED", PATIENCE_S)
    assert listed(folder)[0]["attempts"] == 1


def test_whoever_retries_what_slurm_would_start_again_has_one_job_of_it(folder: Path) -> None:
    run = launch(folder, "-n", "back", "--", "sh", "-c", "echo try >> tries; test $(wc -l < tries) -eq 2 || sleep 60")
    job = sent_back(run)
    call(folder, "retry", "back")
    assert slurm_commands.state_of(job).name == "CANCELLED"
    wait_for(lambda: run.attempt(2).exists() and run.exit.exists(), PATIENCE_S)
    assert (exit_of(run)["status"], exit_of(run)["attempt"]) == ("DONE", 2)
    assert (folder / "tries").read_text().split() == ["try", "try"]


@pytest.mark.timeout(500)
def test_a_job_that_slurm_starts_again_leaves_a_run_alone_that_another_has_ended(folder: Path) -> None:
    """Whoever retried it could not cancel the job: it begins, and looks."""
    run = launch(folder, "-n", "back", "--", "sh", "-c", "echo try >> tries; test $(wc -l < tries) -eq 2 || sleep 60")
    job = sent_back(run)
    aside = run.job(1).rename(folder / "unknown")
    call(folder, "retry", "back")
    aside.rename(run.job(1))
    wait_for(lambda: run.attempt(2).exists() and run.exit.exists(), PATIENCE_S)
    assert slurm_commands.state_of(job).name == "PENDING"
    slurm_commands.call(["scontrol", "update", f"JobId={job}", "StartTime=now"])
    wait_for(lambda: "not started again: job" in run.log.read_text(), 3 * PATIENCE_S)
    assert (exit_of(run)["status"], exit_of(run)["attempt"]) == ("DONE", 2)
    assert (folder / "tries").read_text().split() == ["try", "try"]


def test_a_run_waits_for_the_one_before_and_does_not_start_when_that_fails(folder: Path) -> None:
    before = launch(folder, "-n", "before", "--", "sh", "-c", HOLD + "echo before >> order; exit 3")
    anyway = launch(folder, "-n", "anyway", "--after", "before:any", "--", "sh", "-c", "echo after >> order")
    never = launch(folder, "-n", "never", "--after", "before", "--", "sh", "-c", "echo never >> order")
    (folder / "go").touch()
    assert exit_of(anyway, PATIENCE_S)["status"] == "DONE"
    assert exit_of(before)["status"] == "FAILED"
    assert (folder / "order").read_text().split() == ["before", "after"]
    run = next(run for run in listed(folder) if run["id"] == never.id)
    assert run["status"] == "QUEUED"
    call(folder, "stop", "never")
    assert exit_of(never, PATIENCE_S)["status"] == "KILLED"


def test_what_slurm_is_not_told_is_said(folder: Path) -> None:
    words = ("run", "--launcher", "slurm", "-G", "1", "--gpu-memory", "8G", "--priority", "3", "--", "true")
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, capture_output=True, text=True, timeout=150, check=True)
    assert "--gpu-memory and --priority: slurm was not told" in done.stderr


def test_a_job_that_fails_is_started_again_as_often_as_asked(folder: Path) -> None:
    run = launch(folder, "--max-retries", "2", "--", "sh", "-c", "echo try >> tries; test $(wc -l < tries) -eq 2")
    wait_for(lambda: run.attempt(2).exists() and run.exit.exists(), PATIENCE_S)
    end = exit_of(run)
    assert (end["attempt"], end["status"]) == (2, "DONE")
    assert (folder / "tries").read_text().split() == ["try", "try"]


def supervisor_of(run: RunPaths, attempt: int) -> int:
    wait_for(run.attempt(attempt).exists, PATIENCE_S)
    return int(json.loads(run.attempt(attempt).read_text())["data"]["supervisor_pid"])


def test_a_job_whose_supervisor_and_process_are_killed_is_started_again(folder: Path) -> None:
    run = launch(folder, "--max-retries", "1", "--", "sh", "-c", "echo try >> tries; " + HOLD)
    supervisor = supervisor_of(run, 1)
    wait_for((folder / "tries").exists, PATIENCE_S)
    os.kill(supervisor, signal.SIGSTOP)  # it may not see its process go
    tree.signal_all(tree.of_run(run.id, (), machine), signal.SIGKILL, machine)
    os.kill(supervisor, signal.SIGKILL)
    wait_for(run.attempt(2).exists, PATIENCE_S)
    (folder / "go").touch()
    assert exit_of(run, PATIENCE_S)["status"] == "DONE"
    assert (folder / "tries").read_text().split() == ["try", "try"]
    before = json.loads(run.earlier_exit(1).read_text())["data"]
    assert before["status"] == "KILLED"
    assert "its supervisor was killed" in before["cause"]


@pytest.mark.timeout(500)
def test_a_job_that_was_killed_whole_is_started_again_by_whoever_finds_it(folder: Path) -> None:
    run = launch(folder, "-n", "fallen", "--max-retries", "1", "--", "sh", "-c", HOLD)
    supervisor = supervisor_of(run, 1)
    keeper = int(Path(f"/proc/{supervisor}/stat").read_text().rpartition(")")[2].split()[1])
    for pid in (supervisor, keeper):
        os.kill(pid, signal.SIGSTOP)
    tree.signal_all(tree.of_run(run.id, (), machine), signal.SIGKILL, machine)
    for pid in (supervisor, keeper):
        os.kill(pid, signal.SIGKILL)
    # SLURM may need minutes to believe that a job without a process has ended: it waits for a step it cannot kill.
    wait_for(lambda: call(folder, "ls") and run.attempt(2).exists(), 3 * PATIENCE_S)
    (folder / "go").touch()
    assert exit_of(run, PATIENCE_S)["status"] == "DONE"
    assert json.loads(run.earlier_exit(1).read_text())["data"]["status"] == "LOST"


def test_how_a_job_ends_is_known_even_when_its_supervisor_was_killed(folder: Path) -> None:
    run = launch(folder, "--max-retries", "1", "--", "sh", "-c", "touch runs; " + HOLD)
    supervisor = supervisor_of(run, 1)
    wait_for((folder / "runs").exists, PATIENCE_S)  # killed before that, its command would never have run
    os.kill(supervisor, signal.SIGKILL)
    (folder / "go").touch()
    assert (exit_of(run, PATIENCE_S)["status"], exit_of(run)["exit_code"]) == ("DONE", 0)
    assert not run.attempt(2).exists()


def test_a_process_that_the_kernel_kills_is_started_again_in_its_job(folder: Path) -> None:
    run = launch(folder, "--max-retries", "1", "--", "sh", "-c", "echo try >> tries; test -e go || kill -9 $$")
    tries = folder / "tries"
    wait_for(lambda: tries.exists() and tries.read_text().split() == ["try", "try"], PATIENCE_S)
    wait_for(lambda: run.attempt(2).exists() and run.exit.exists(), PATIENCE_S)


def test_ranks_of_torchrun_are_one_run_with_facts_of_each(folder: Path) -> None:
    pytest.importorskip("torch")
    code = (
        "import os, torch\n"
        "import torch.distributed as dist\n"
        "dist.init_process_group('gloo')\n"
        "net = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1))\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for step in range(5):\n"
        "    optimizer.zero_grad()\n"
        "    net(torch.randn(8, 4)).square().mean().backward()\n"
        "    optimizer.step()\n"
        "os.write(1, f'rank {dist.get_rank()} of {dist.get_world_size()}\\n'.encode())\n"  # whole, beside the other's
        "dist.destroy_process_group()\n"
    )
    (folder / "train.py").write_text(code)
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "train.py")
    run = launch(folder, "--launcher-opt", "cpus_per_task=2", "--", *torchrun)
    end = exit_of(run, PATIENCE_S)
    assert end["status"] == "DONE", run.log.read_text()
    assert {"rank 0 of 2", "rank 1 of 2"} <= set(run.log.read_text().splitlines())
    stated = [json.loads(line) for path in run.facts.iterdir() for line in path.read_text().splitlines()]
    ranks = {(fact["data"]["rank"], fact["data"]["world_size"]) for fact in stated if fact["kind"] == "hook"}
    assert {(0, 2), (1, 2)} <= ranks
    watched = {path.name for path in run.facts.iterdir() if '"state":"watched"' in path.read_text()}
    assert len(watched) == 2, "one file of facts a rank"
    (row,) = listed(folder)
    assert (row["watch"], row["attempts"]) == ("watched", 1)


def test_the_time_limit_of_the_job_ends_a_run_as_what_it_is(folder: Path) -> None:
    """The grain of SLURM's limits is a minute, so this one waits nearly so long."""
    (folder / "labjournal.toml").write_text("[slurm]\nwarn_s = 40\n[run]\nstop_int_s = 0.5\nstop_term_s = 0.5\n")
    saving = (
        "import signal, sys, time\n"
        "time.sleep(21)\n"  # as an import of torch may take; the warning comes before it is over
        "signal.signal(signal.SIGUSR1, lambda *_: (print('saved', flush=True), sys.exit(0)))\n"
        "time.sleep(300)\n"
    )
    (folder / "saving.py").write_text(saving)
    listens = launch(folder, "--launcher-opt", "time=1", "--", sys.executable, "saving.py")
    deaf = launch(folder, "--launcher-opt", "time=1", "--", "sleep", "300")
    own = launch(folder, "--time", "2s", "--", "sleep", "300")
    end = exit_of(own, PATIENCE_S)
    assert (end["status"], "time limit of 0:00:02" in end["cause"]) == ("TIMEOUT", True)
    ends = exit_of(listens, PATIENCE_S), exit_of(deaf, PATIENCE_S)
    assert [end["status"] for end in ends] == ["TIMEOUT", "TIMEOUT"]
    assert "saved" in listens.log.read_text()
    assert "time limit of its SLURM job" in ends[0]["cause"]
    assert "time limit of its SLURM job" in ends[1]["cause"]


def test_the_grid_of_a_study_is_one_array_and_its_gate_waits_for_it(folder: Path) -> None:
    entry = folder / "entries" / "toys"
    entry.mkdir(parents=True)
    (entry / "study.toml").write_text(
        'question = "Do toys run on the cluster?"\n'
        '[[stage]]\nname = "toy"\ncommand = "sh -c \'echo T = {seed}.5 $SLURM_JOB_PARTITION > {seed}.txt\'"\n'
        'seeds = 3\nmax_parallel = 2\ncriteria = ["status done"]\n'
        '[[stage]]\nname = "law"\nafter = "toy"\ncommand = "cat 0.txt 1.txt 2.txt"\n'
    )
    told = json.loads(call(folder, "study", "run", "toys", "--launcher", "slurm", "--json"))
    assert [stage["state"] for stage in told] == ["passed", "passed"]
    jobs = {run["name"]: str(run["job"]) for run in listed(folder)}
    assert len({jobs[f"toys-toy-seed{seed}"].partition("_")[0] for seed in range(3)}) == 1, "one submission"
    assert call(folder, "logs", "toys-law").split()[2::4] == ["0.5", "1.5", "2.5"]


SMALLER = {
    "profile": (
        ("effort = [1, 2, 4, 10]", "effort = [1, 2]"),
        ('    "chi2_min{effort=4} <= chi2_min{effort=2}",\n    "chi2_min{effort=10} <= chi2_min{effort=4}",\n', ""),
    ),
    "lrt": (
        ("[stage.full]\ngrid = { first = [0, 50, 100, 150] }", "[stage.smoke]\ngrid = { first = [0, 2] }"),
        ("toys = 20\n", "toys = 2\n"),
        ("toy_epochs = 500", "toy_epochs = 20"),
        ('after = "law"\nabout = "the two-sample', 'about = "the two-sample'),
    ),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("study", "stage"), [("profile", "convergence"), ("lrt", "toys")])
def test_the_grid_and_the_toys_of_the_worked_studies_are_arrays(folder: Path, study: str, stage: str) -> None:
    pytest.importorskip("torch")
    entry = folder / "entries" / study
    shutil.copytree(ENTRIES / study, entry, ignore=shutil.ignore_patterns("out", "diary", "tables"))
    text = (entry / "study.toml").read_text()
    for old, new in SMALLER[study]:
        assert old in text
        text = text.replace(old, new)
    (entry / "study.toml").write_text(text)
    words = ("study", "run", study, "--smoke", "--only", stage, "--launcher", "slurm")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [*LABJOURNAL, *words], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, timeout=400
    )
    runs = listed(folder)
    assert [run["status"] for run in runs] == ["DONE", "DONE"]
    assert len({str(run["job"]).partition("_")[0] for run in runs}) == 1, "one submission"
    state = {one["stage"]: one for one in json.loads(call(folder, "study", "status", study, "--smoke", "--json"))}
    assert len(state[stage]["runs"]) == 2
    if study == "profile":
        assert state[stage]["state"] == "passed"
    else:
        seeds = [
            {json.loads(line)["seed"] for line in (entry / "out" / f"toys-{first}.jsonl").read_text().splitlines()}
            for first in (0, 2)
        ]
        assert seeds == [{1000, 1001}, {1002, 1003}], "one ladder of seeds"
