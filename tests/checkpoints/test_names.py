from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.checkpoints import Counter, counted, position
from labjournal.checkpoints.names import model_file

STEP, EPOCH, UNKNOWN = Counter.STEP, Counter.EPOCH, Counter.UNKNOWN


@pytest.mark.parametrize(
    ("path", "number", "counter"),
    [
        ("checkpoint-2500", 2500, STEP),
        ("out/checkpoint-2500", 2500, STEP),
        ("global_step100", 100, STEP),
        ("step_300.pt", 300, STEP),
        ("step300.pt", 300, STEP),
        ("model-step=7.pth", 7, STEP),
        ("epoch=3-step=500.ckpt", 500, STEP),
        ("iter_0010000.pth", 10000, STEP),
        ("step_10k.pt", 10000, STEP),
        ("epoch=3.ckpt", 3, EPOCH),
        ("model_epoch_12.pt", 12, EPOCH),
        ("ep012.pth", 12, EPOCH),
        ("epoch=2-val_loss=0.31.ckpt", 2, EPOCH),
        ("model_0300.pt", 300, UNKNOWN),
        ("checkpoint_10.pt", 10, UNKNOWN),
        ("0042.pt", 42, UNKNOWN),
        ("ckpt.40.pt", 40, UNKNOWN),
        ("step_300/model.safetensors", 300, STEP),
        ("checkpoint-20/model.safetensors", 20, STEP),
        ("epoch_4/best.pt", 4, EPOCH),
        ("best.pt", None, None),
        ("last.ckpt", None, None),
        ("resnet50.pt", None, None),
        ("model_seed_3.pt", None, None),
        ("fold-2.pt", None, None),
        ("best_0.95.pt", None, None),
        ("model_2024-05-01.pt", None, None),
        ("run_20240501_1200.pt", None, None),
        ("model-00001-of-00003.safetensors", None, None),
        ("stepwise3.pt", None, None),
        ("yolov8.pt", None, None),
        ("llama-7b.pt", None, None),
    ],
)
def test_the_step_is_read_from_the_name_with_what_it_counts(
    path: str, number: int | None, counter: Counter | None
) -> None:
    assert position(path) == (number, counter)


@pytest.mark.parametrize(
    "name",
    [
        "best.pt",
        "model.safetensors",
        "pytorch_model.bin",
        "adapter_model.bin",
        "epoch=1.ckpt",
        "weights.h5",
        "params.npz",
        "model.keras",
        "step_3.npz",
        "G.pth",
        "ckpt.h5",
    ],
)
def test_weights_are_known_by_their_names(name: str) -> None:
    assert model_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "optimizer.pt",
        "scheduler.pt",
        "rng_state_0.pth",
        "scaler.pt",
        "training_args.bin",
        "events.out.tfevents.1.pt",
        "train.bin",
        "val.bin",
        "data.npz",
        "digits.h5",
        "mp_rank_00_optim_states.pt",
        "tmp123.pt",
        "model.pt.tmp",
        ".hidden.pt",
        "model.txt",
        "train.pt",
        "x_test.npz",
        "model_optimizer.pt",
        "best.pt~",
    ],
)
def test_what_is_no_model_is_passed_over(name: str) -> None:
    assert not model_file(name)


@given(st.text(max_size=40))
def test_any_name_can_be_judged(name: str) -> None:
    model_file(name)
    position(name)


def test_a_number_is_called_a_step_only_where_the_name_says_so() -> None:
    assert counted("out/checkpoint-2500", 2500) == "step 2,500"
    assert counted("epoch_030.pt", 30) == "epoch 30"
    assert counted("out/ckpt_030.pt", 30) == "30 by its name"
