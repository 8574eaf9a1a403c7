"""Reading command lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.runner import commands

WORDS = st.lists(st.text(min_size=0, max_size=8), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("line", "name", "kind"),
    [
        ("python train.py --lr 1", "train-7", "train"),
        ("python3.12 -u ./src/train_big.py", "train_big-7", "train"),
        ("python -m jets.train --lr 1", "train-7", "train"),
        ("torchrun --nproc_per_node 2 scripts/pretrain.py", "pretrain-7", "train"),
        ("python -m torch.distributed.run --nproc_per_node=2 train.py", "train-7", "train"),
        ("python3 -m torch.distributed.run --nnodes 1 --node-rank 0 --nproc-per-node 2 fit_it.py", "fit_it-7", "train"),
        ("torchrun --nnodes 1 --master-addr localhost --nproc-per-node 2 -m jets.train --lr 1", "train-7", "train"),
        ("python -m accelerate.commands.launch --num_processes 2 --module jets.eval", "eval-7", "validate"),
        ("python -m cProfile -o out.prof train.py --eval-every 3", "train-7", "train"),
        ("torchrun --standalone", "torchrun-7", "other"),
        ("uv run python validate.py", "validate-7", "validate"),
        ("env A=1 nice -n 5 python eval.py --train-set x", "eval-7", "validate"),
        ("python jets/main.py", "jets-7", "other"),
        ("bash -c 'x'", "bash-7", "other"),
        ("./run.sh", "run-7", "other"),
        ("true", "true-7", "other"),
        ("/opt/tools/sweep --n 3", "sweep-7", "scan"),
        ("python toy_overfit.py", "toy_overfit-7", "toy"),
        ("accelerate launch --config c.yaml finetune.py", "finetune-7", "train"),
    ],
)
def test_a_command_has_a_readable_name_and_a_kind(line: str, name: str, kind: str) -> None:
    words = line.split()
    assert commands.invent_name(words, 7) == name
    assert commands.guess_kind(words) == kind


@given(WORDS)
def test_any_command_can_be_read(words: list[str]) -> None:
    name = commands.invent_name(words, 1)
    assert name.isprintable()
    assert " " not in name
    assert "/" not in name
    assert commands.guess_kind(words)
    assert isinstance(commands.options(words), dict)
    assert commands.same_command(words)


def test_options_are_read_in_each_way_they_are_written() -> None:
    words = "python train.py --lr=0.1 --amp --steps 10 -v --offset -3 model.depth=4 data.csv --tag a --tag b".split()
    assert commands.options(words) == {
        "lr": "0.1",
        "amp": "on",
        "steps": "10",
        "v": "on",
        "offset": "-3",
        "model.depth": "4",
        "argument 1": "data.csv",
        "tag": "a b",
    }


def test_an_option_that_is_recorded_too_is_one_setting() -> None:
    command = ["python", "x.py", "--log-every", "5", "--lr", "0.1"]
    assert commands.settings_of(command, {"log_every": 5}) == {"lr": "0.1", "log_every": 5}


def test_the_same_script_with_other_options_is_the_same_command() -> None:
    first, second = "python train.py --lr 1".split(), "/usr/bin/python train.py --lr 2 --amp".split()
    assert commands.same_command(first) == commands.same_command(second)
    assert commands.same_command(first) != commands.same_command("python eval.py --lr 1".split())


def test_only_given_places_are_filled() -> None:
    command = ("awk", "{print $1}", "--lr={lr}", "{other}")
    assert commands.fill(command, {"lr": "0.1"}) == ("awk", "{print $1}", "--lr=0.1", "{other}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:30:00", 5400),
        ("2:30", 150),
        ("1-00:00:00", 86400),
        ("90s", 90),
        ("15m", 900),
        ("1h30m", 5400),
        ("0.5s", 0.5),
    ],
)
def test_lengths_of_time_are_read(text: str, seconds: float) -> None:
    assert commands.seconds(text, "--time") == seconds


@pytest.mark.parametrize("text", ["90", "", "soon", "0s", "-5m", "1h 30"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--time"):
        commands.seconds(text, "--time")


def test_settings_become_numbers_where_they_read_as_numbers() -> None:
    assert [commands.typed(text) for text in ("1", "1e-3", "True", "adam", "-2.5", "1_000", "0x1")] == [
        1, 0.001, True, "adam", -2.5, 1000, "0x1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["lr", "=1", " =2"])
def test_a_setting_without_name_or_value_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="name=value"):
        commands.pairs([text], "--set")
