"""A curve is what its name says; a name that says nothing is nothing."""

from __future__ import annotations

import pytest

from labjournal.checks.naming import of_a_game, read_name


@pytest.mark.parametrize(
    ("name", "quantity", "role", "scope"),
    [
        ("loss", "loss", None, "total"),
        ("train/loss", "loss", "train", "total"),
        ("val_loss", "loss", "validation", "total"),
        ("eval/loss", "loss", "validation", "total"),
        ("train_loss_epoch", "loss", "train", "total"),
        ("validation/epoch_loss", "loss", "validation", "total"),
        ("trainLoss", "loss", "train", "total"),
        ("test/nll", "loss", "test", "total"),
        ("train/cross_entropy", "loss", "train", "total"),
        ("train/mse", "loss", "train", "total"),
        ("train/box_loss", "loss", "train", "part"),
        ("val/cls_loss", "loss", "validation", "part"),
        ("Losses/Policy Loss", "loss", None, "game"),
        ("train/entropy_loss", "loss", "train", "game"),
        ("Loss_D", "loss", None, "game"),
        ("val/acc", "goodness", "validation", "total"),
        ("metrics/mAP50-95(B)", "goodness", None, "total"),
        ("epoch_categorical_accuracy", "goodness", None, "total"),
        ("log_likelihood", "goodness", None, "total"),
        ("lr", "lr", None, "total"),
        ("lr-AdamW/pg1", "lr", None, "total"),
        ("train/learning_rate", "lr", "train", "total"),
        ("Policy/Learning Rate", "lr", None, "total"),
        ("watch/lr/AdamW.0", "lr", "train", "total"),
        ("train/epoch", "epoch", "train", "total"),
        ("rollout/ep_rew_mean", "reward", None, "total"),
        ("Environment/Cumulative Reward", "reward", None, "total"),
        ("watch/loss", "loss", "train", "total"),
    ],
)
def test_known_names_are_told(name: str, quantity: str, role: str | None, scope: str) -> None:
    read = read_name(name)
    assert (read.quantity, read.role, read.scope) == (quantity, role, scope)


@pytest.mark.parametrize(
    "name",
    ["loss_scale", "train/loss_weight", "grad_norm", "watch/grad_norm/layer1", "time/fps", "foo", "", "lr_scale",
     "cost_per_hour", "gloss", "params/kernel", "eval/samples_per_second", "closs", "best_loss", "日本"],
)  # fmt: skip
def test_other_names_are_nothing(name: str) -> None:
    assert read_name(name).quantity == "none"


@pytest.mark.parametrize(
    "names", [["Loss_D", "Loss_G"], ["loss/discriminator"], ["rollout/ep_rew_mean", "loss"], ["policy_loss"]]
)
def test_games_are_known_by_a_name(names: list[str]) -> None:
    assert of_a_game(names) is not None


@pytest.mark.parametrize("names", [["train/loss", "val/loss"], ["loss_total", "kl_loss"], ["d_model"], []])
def test_supervised_training_is_no_game(names: list[str]) -> None:
    assert of_a_game(names) is None


@pytest.mark.parametrize(
    ("name", "is_so"),
    [("train/mse", True), ("ce_loss", True), ("loss", False), ("train/nll", False), ("log_mse", False)],
)
def test_some_losses_cannot_be_negative(name: str, is_so: bool) -> None:
    assert read_name(name).nonnegative is is_so
