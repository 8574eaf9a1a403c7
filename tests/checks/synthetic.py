"""Curves as training really draws them, healthy and faulty, by name; each from its own seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labjournal.checks.curve import Curve
from labjournal.checks.run_view import RunView

Values = NDArray[np.float64]
Maker = Callable[[np.random.Generator], RunView]


def curve(name: str, values: Any, every: int = 1, first: int = 0, breaks: tuple[int, ...] = ()) -> Curve:
    """Records ``every`` so many steps, one step a tenth of a second."""
    array = np.asarray(values, np.float64)
    steps = first + every * np.arange(len(array), dtype=np.int64)
    return Curve(name, steps, array, 1.75e9 + 0.1 * steps.astype(np.float64), breaks)


def view(*curves: Curve, **more: Any) -> RunView:
    return RunView(curves, **more)


def power(n: int, start: float, floor: float, rate: float = 0.5) -> Values:
    return np.asarray(floor + (start - floor) * (1 + np.arange(n) / 10) ** -rate)


def decay(n: int, start: float, floor: float, share: float = 0.2) -> Values:
    """Exponential, with a time constant of a share of the run."""
    return np.asarray(floor + (start - floor) * np.exp(-np.arange(n) / (share * n)))


def noisy(values: Values, rng: np.random.Generator, relative: float) -> Values:
    return np.asarray(values * np.exp(rng.normal(0, relative, len(values))))


HEALTHY: dict[str, Maker] = {}
FAULTY: dict[str, tuple[str, Maker]] = {}
"""Name to the rule that must be among the first two at warning or above, and the run."""


def healthy(make: Maker) -> Maker:
    HEALTHY[make.__name__] = make
    return make


def faulty(rule: str) -> Callable[[Maker], Maker]:
    def note(make: Maker) -> Maker:
        FAULTY[make.__name__] = (rule, make)
        return make

    return note


# -- healthy -----------------------------------------------------------------------------------------------------------


@healthy
def classifier(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(600, 2.3, 0.1), rng, 0.15)
    lr = 1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(600) / 600))
    return view(
        curve("train/loss", loss, 10), curve("train/lr", lr, 10), curve("val/acc", 1 - decay(20, 0.9, 0.05), 300)
    )


@healthy
def one_epoch_language_model(rng: np.random.Generator) -> RunView:
    loss = noisy(power(4000, 10.8, 2.6, 0.7), rng, 0.05)
    epoch = np.linspace(0, 1, 4000)
    return view(curve("train/loss", loss, 10), curve("train/epoch", epoch, 10), settings={"vocab_size": 50257})


@healthy
def one_epoch_straight_line(rng: np.random.Generator) -> RunView:
    loss = noisy(np.linspace(3.2, 2.1, 500), rng, 0.03)
    return view(curve("loss", loss), curve("epoch", np.linspace(0, 1, 500)))


@healthy
def fine_tune_that_starts_converged(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/loss", noisy(np.full(300, 1.62), rng, 0.08)),
        curve("eval/loss", noisy(np.full(10, 1.6), rng, 0.005), 30),
    )


@healthy
def fine_tune_with_accuracy(rng: np.random.Generator) -> RunView:
    acc = 0.91 + rng.normal(0, 0.004, 12)
    return view(
        curve("train/loss", noisy(np.full(240, 0.30), rng, 0.3)),
        curve("eval/accuracy", acc, 20),
        curve("eval/loss", noisy(np.full(12, 0.29), rng, 0.02), 20),
    )


@healthy
def denoised_in_many_iterations(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(decay(300, 2, 1), rng, 0.05)), settings={"iterations": 700}, real_steps=300)


@healthy
def gan(rng: np.random.Generator) -> RunView:
    d = noisy(np.full(800, 1.2), rng, 0.2)
    g = noisy(np.linspace(0.7, 5.0, 800), rng, 0.3)
    return view(curve("loss/discriminator", d), curve("loss/generator", g), curve("loss", d + g))


@healthy
def gan_of_short_names(rng: np.random.Generator) -> RunView:
    return view(
        curve("Loss_D", noisy(np.full(500, 0.6), rng, 0.4)), curve("Loss_G", noisy(np.linspace(1, 9, 500), rng, 0.3))
    )


@healthy
def wasserstein_critic(rng: np.random.Generator) -> RunView:
    critic = -np.linspace(0.1, 40, 400) + rng.normal(0, 1, 400)
    return view(curve("critic_loss", critic), curve("gen_loss", np.linspace(0, 30, 400) + rng.normal(0, 2, 400)))


@healthy
def policy_gradient(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/policy_gradient_loss", rng.normal(-0.01, 0.01, 300)),
        curve("train/value_loss", noisy(np.linspace(0.1, 60, 300), rng, 0.5)),
        curve("train/loss", noisy(np.linspace(0.05, 30, 300), rng, 0.5)),
        curve("rollout/ep_rew_mean", np.linspace(-200, 210, 300)),
    )


@healthy
def q_learning(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/loss", noisy(np.linspace(0.001, 12, 400), rng, 0.6)),
        curve("episode_return", np.linspace(9, 480, 400)),
    )


@healthy
def warm_restarts(rng: np.random.Generator) -> RunView:
    phase = np.arange(900) % 300 / 300
    lr = 0.1 * 0.5 * (1 + np.cos(np.pi * phase))
    loss = noisy(decay(900, 2.3, 0.3, 0.15) * (1 + 0.8 * lr / 0.1), rng, 0.08)
    return view(curve("train/loss", loss), curve("lr", lr))


@healthy
def cosine_to_zero(rng: np.random.Generator) -> RunView:
    lr = 3e-4 * 0.5 * (1 + np.cos(np.pi * np.arange(201) / 200))
    lr[-1] = 0.0
    return view(curve("train/loss", noisy(power(201, 7, 2.5), rng, 0.04), 50), curve("train/learning_rate", lr, 50))


@healthy
def warm_up_from_zero(rng: np.random.Generator) -> RunView:
    lr = np.minimum(np.arange(400) / 40, 1) * 1e-3
    return view(curve("loss", noisy(decay(400, 4.6, 0.9), rng, 0.1)), curve("lr-AdamW", lr))


@healthy
def frozen_group_at_rate_zero(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", noisy(decay(300, 2, 0.4), rng, 0.1)),
        curve("lr/pg0", np.zeros(300)),
        curve("lr/pg1", np.full(300, 1e-3)),
    )


@healthy
def kl_annealing(rng: np.random.Generator) -> RunView:
    recon = decay(500, 120, 80)
    kl = 25 * np.clip(np.arange(500) / 250, 0, 1)
    return view(
        curve("train/loss", noisy(recon + kl, rng, 0.03)),
        curve("train/recon_loss", noisy(recon, rng, 0.03)),
        curve("train/kl_loss", kl),
        curve("train/beta", np.clip(np.arange(500) / 250, 0, 1)),
    )


@healthy
def likelihood_below_zero(rng: np.random.Generator) -> RunView:
    loss = decay(500, 3.0, -4.0, 0.25) + rng.normal(0, 0.2, 500)
    return view(curve("train/nll", loss), curve("val/nll", decay(25, 3.0, -3.8, 0.25) + rng.normal(0, 0.05, 25), 20))


@healthy
def flow_in_many_dimensions(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", decay(400, 2000, -6000, 0.2) + rng.normal(0, 60, 400)))


@healthy
def noisy_small_batches(rng: np.random.Generator) -> RunView:
    return view(curve("loss", rng.exponential(decay(2000, 1.0, 0.2), 2000)))


@healthy
def validation_every_so_often(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(1000, 2.3, 0.2), rng, 0.2)
    val = noisy(decay(8, 2.2, 0.35), rng, 0.02)
    return view(
        curve("train/loss", loss),
        curve("val/loss", val, 125, 124),
        curve("val/accuracy", 1 - decay(8, 0.8, 0.1), 125, 124),
    )


@healthy
def curriculum_jumps(rng: np.random.Generator) -> RunView:
    loss = np.concatenate([decay(200, 1.0, 0.15), decay(200, 1.4, 0.2), decay(200, 1.7, 0.25)])
    return view(curve("train/loss", noisy(loss, rng, 0.1)), curve("curriculum/stage", np.repeat([0.0, 1, 2], 200)))


def _begins_anew(rng: np.random.Generator, times: int, each: int) -> Values:
    return np.concatenate([noisy(decay(each, 0.9, 0.25), rng, 0.02) for _ in range(times)])


@healthy
def folds_with_their_number_logged(rng: np.random.Generator) -> RunView:
    return view(curve("train_loss", _begins_anew(rng, 5, 8)), names=("printed/fold", "printed/train_loss"))


@healthy
def folds_whose_epochs_begin_anew(rng: np.random.Generator) -> RunView:
    loss = curve("train_loss", _begins_anew(rng, 5, 8))
    return view(replace(loss, rounds=(8, 16, 24, 32)))


def _pretrained_then_adapted(rng: np.random.Generator, each: int, first: Values, second: Values) -> RunView:
    """The second training is of a harder task, and its epochs begin at 0 again."""
    both = np.concatenate([first, second])
    train, val = noisy(both, rng, 0.003), noisy(both * 1.01, rng, 0.003)
    losses = [
        replace(curve(f"{role}_loss", values), rounds=(each,)) for role, values in (("train", train), ("eval", val))
    ]
    return view(*losses)


@healthy
def adapted_to_a_harder_task(rng: np.random.Generator) -> RunView:
    return _pretrained_then_adapted(rng, 6, decay(6, 2.9, 2.05, 0.5), decay(6, 3.2, 2.7, 0.5))


@healthy
def classes_after_reconstruction(rng: np.random.Generator) -> RunView:
    return _pretrained_then_adapted(rng, 40, decay(40, 0.5, 0.02), decay(40, 2.3, 0.9))


@healthy
def folds_each_on_data_of_its_own(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", _begins_anew(rng, 5, 40)), datasets=5)


@healthy
def curriculum_without_a_word(rng: np.random.Generator) -> RunView:
    loss = np.concatenate([decay(300, 2.0, 0.3), decay(200, 1.2, 0.35), decay(400, 1.5, 0.4)])
    return view(curve("loss", noisy(loss, rng, 0.1)))


@healthy
def logarithm_of_a_loss(rng: np.random.Generator) -> RunView:
    return view(curve("train/log_loss_value", decay(300, 1.0, -5.0, 0.3) + rng.normal(0, 0.1, 300)))


@healthy
def several_losses(rng: np.random.Generator) -> RunView:
    parts = {
        name: noisy(decay(100, start, end), rng, 0.03)
        for name, start, end in (("box", 2.9, 0.8), ("cls", 4.5, 0.5), ("dfl", 1.4, 0.84))
    }
    curves = [curve(f"train/{name}_loss", values) for name, values in parts.items()]
    return view(*curves, *(curve(f"val/{name}_loss", values * 1.05) for name, values in parts.items()))


@healthy
def auxiliary_loss_at_zero(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(decay(200, 2, 0.5), rng, 0.1)), curve("reg_loss", np.zeros(200)))


@healthy
def hinge_loss_that_ends_at_zero(rng: np.random.Generator) -> RunView:
    loss = np.maximum(noisy(decay(300, 1.0, 0.0, 0.05), rng, 0.2) - 0.002, 0)
    return view(curve("train/hinge_loss", loss), curve("train/loss", loss))


@healthy
def gradient_scaling(rng: np.random.Generator) -> RunView:
    norm = noisy(np.full(200, 1.0), rng, 0.5)
    norm[[3, 90]] = np.inf
    return view(
        curve("train/loss", noisy(decay(200, 6, 3), rng, 0.05)),
        curve("train/grad_norm", norm),
        curve("loss_scale", np.full(200, 65536.0)),
    )


@healthy
def first_record_not_measured(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(100, 1, 0.2), rng, 0.05)
    loss[0] = np.nan
    return view(curve("train_loss", loss), curve("val_fid", np.full(10, np.nan)))


@healthy
def overconfident_but_better(rng: np.random.Generator) -> RunView:
    val = np.concatenate([decay(10, 1.2, 0.50), np.linspace(0.5, 0.60, 10)])
    acc = 1 - decay(20, 0.5, 0.08, 0.5)
    return view(
        curve("loss", noisy(decay(400, 1.5, 0.02), rng, 0.1)), curve("val_loss", val, 20), curve("val_acc", acc, 20)
    )


@healthy
def validation_scatter(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", noisy(decay(400, 1.5, 0.3), rng, 0.1)),
        curve("val_loss", noisy(decay(30, 1.5, 0.4), rng, 0.15), 13),
    )


@healthy
def spikes_that_pass(rng: np.random.Generator) -> RunView:
    loss = noisy(power(1000, 9, 2.8), rng, 0.03)
    loss[[400, 401, 402, 700]] = 30.0
    return view(curve("train/loss", loss))


@healthy
def exact_resume(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", noisy(decay(400, 2.3, 0.3), rng, 0.1), 5, breaks=(200,)))


@healthy
def resume_with_a_bump(rng: np.random.Generator) -> RunView:
    loss = decay(400, 2.3, 0.3)
    loss[200:240] += np.linspace(0.25, 0, 40)
    return view(curve("train/loss", noisy(loss, rng, 0.1), breaks=(200,)))


@healthy
def sums_over_the_data(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(decay(300, 5e6, 3e5), rng, 0.02)), curve("log_likelihood", -decay(300, 5e6, 3e5)))


@healthy
def stopped_early(rng: np.random.Generator) -> RunView:
    val = np.concatenate([decay(15, 1.0, 0.42), [0.43, 0.44, 0.45]])
    return view(
        curve("train/loss", noisy(decay(18, 1.1, 0.3), rng, 0.02)),
        curve("val/loss", val),
        settings={"patience": 3, "max_steps": 100},
        real_steps=18,
    )


@healthy
def regression_over_decades(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/mse", noisy(10.0 ** np.linspace(3, -6, 500), rng, 0.2)), curve("epoch", np.linspace(0, 10, 500))
    )


@healthy
def short_demo(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(np.linspace(2.3, 1.1, 50), rng, 0.1)), settings={"steps": 50}, real_steps=50)


@healthy
def accumulation_of_batches(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(decay(250, 3, 1), rng, 0.05)), settings={"max_iters": 1000}, real_steps=250)


@healthy
def imbalanced_detector(rng: np.random.Generator) -> RunView:
    recall = np.concatenate([np.full(5, 1.0), np.linspace(0.9, 0.75, 15)]) + rng.normal(0, 0.01, 20)
    return view(
        curve("train/loss", noisy(decay(400, 0.7, 0.1), rng, 0.1)),
        curve("val/loss", decay(20, 0.7, 0.12), 20),
        curve("val/f1", 1 - decay(20, 0.8, 0.2), 20),
        curve("val/auc", 1 - decay(20, 0.5, 0.05), 20),
        curve("test/threshold", recall, 20),
    )


@healthy
def sweep_pair(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", noisy(decay(200, 2, 0.5), rng, 0.1)),
        settings={"epochs": 20, "warmup_epochs": 2, "pretrain_epochs": 100},
    )


# -- faulty ------------------------------------------------------------------------------------------------------------


@faulty("nonfinite")
def turns_nan(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(300, 2, 0.5), rng, 0.1)
    loss[180:] = np.nan
    return view(curve("train/loss", loss))


@faulty("nonfinite")
def ends_infinite(rng: np.random.Generator) -> RunView:
    return view(curve("loss", [*noisy(decay(60, 2, 0.5), rng, 0.1), np.inf]))


@faulty("loss_zero")
def everything_masked(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", np.zeros(50)))


@faulty("loss_zero")
def mask_goes_wrong(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(200, 2, 0.8), rng, 0.1)
    loss[120:] = 0.0
    return view(curve("train/loss", loss))


@faulty("loss_flat")
def guessing_of_ten(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(np.full(400, np.log(10)), rng, 0.01)))


@faulty("loss_flat")
def guessing_of_four_with_accuracy(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/loss", noisy(np.full(60, 1.39), rng, 0.004)),
        curve("eval/accuracy", 0.25 + rng.normal(0, 0.004, 12), 5),
    )


@faulty("loss_flat")
def guessing_of_a_vocabulary(rng: np.random.Generator) -> RunView:
    return view(
        curve("train/loss", noisy(np.full(200, np.log(5000) * 1.005), rng, 0.02)), settings={"model.vocab_size": 5000}
    )


@faulty("loss_too_low")
def no_causal_mask(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(1000, np.log(8000), 0.004, 0.05), rng, 0.1)
    return view(curve("train/loss", loss), curve("epoch", np.linspace(0, 2, 1000)), settings={"vocab_size": 8000})


@faulty("loss_diverged")
def blows_up(rng: np.random.Generator) -> RunView:
    loss = noisy(decay(400, 4, 1), rng, 0.05)
    loss[300:] = noisy(np.minimum(np.exp(np.arange(100) / 8), 60), rng, 0.1) + 4
    return view(curve("train/loss", loss))


@faulty("loss_diverged")
def blown_up_and_on_its_way_down_at_the_end(rng: np.random.Generator) -> RunView:
    """A rate that grows for ever: from 2.4 to 0.1, up to 900, and back to 60 when the steps are over."""
    loss = noisy(decay(90, 2.4, 0.05, 0.1), rng, 0.3)
    loss[40:80] *= np.exp(np.arange(40) / 4.4)
    loss[80:] = noisy(np.geomspace(300, 60, 10), rng, 0.2)
    return view(curve("train/loss", loss))


@faulty("loss_diverged")
def collapses_to_a_plateau(rng: np.random.Generator) -> RunView:
    loss = noisy(power(2000, 9, 1.5), rng, 0.03)
    loss[1500:] = noisy(np.full(500, 11.0), rng, 0.02)
    return view(curve("loss", loss))


@faulty("loss_unbounded_below")
def squared_error_below_zero(rng: np.random.Generator) -> RunView:
    return view(curve("train/mse", 1.0 - np.arange(40) / 10))


@faulty("loss_unbounded_below")
def a_variance_runs_to_zero(rng: np.random.Generator) -> RunView:
    return view(curve("loss", 1.0 - 0.5 * np.arange(300) + rng.normal(0, 0.5, 300)))


@faulty("loss_unbounded_below")
def a_variance_grows_without_a_bound(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", -2 - 10.0 * np.arange(8) ** 3 + rng.normal(0, 0.5, 8)))


@healthy
def a_log_likelihood_slows_down(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", 40 - 300 * (1 - decay(10, 1, 0)) + rng.normal(0, 0.2, 10)))


@faulty("objective_sign")
def maximised_by_mistake(rng: np.random.Generator) -> RunView:
    loss = -2.3 - 0.02 * np.arange(300) ** 1.4
    acc = 0.1 + 0.5 * np.exp(-np.arange(15) / 4)
    return view(curve("train/loss", loss), curve("val/accuracy", acc, 20))


@faulty("metric_moves_against_loss")
def labels_upside_down(rng: np.random.Generator) -> RunView:
    return view(
        curve("val/loss", decay(20, 0.7, 0.2), 50),
        curve("val/auc", 0.5 - 0.4 * (1 - decay(20, 1, 0)), 50),
        curve("loss", noisy(decay(1000, 0.7, 0.2), rng, 0.1)),
    )


@faulty("loss_sawtooth")
def model_built_in_the_loop(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", np.concatenate([noisy(decay(60, 2.3, 0.6), rng, 0.05) for _ in range(6)])))


@faulty("loss_jump_after_resume")
def weights_not_restored(rng: np.random.Generator) -> RunView:
    loss = np.concatenate([decay(300, 2.3, 0.3), decay(300, 2.3, 0.3)])
    return view(curve("train/loss", noisy(loss, rng, 0.05), breaks=(300,)))


@faulty("overfitting")
def overfits(rng: np.random.Generator) -> RunView:
    val = np.concatenate([decay(10, 1.0, 0.5), np.linspace(0.51, 1.4, 20)])
    return view(
        curve("train/loss", noisy(decay(600, 1.0, 0.01), rng, 0.1)), curve("val/loss", noisy(val, rng, 0.01), 20)
    )


@faulty("not_converged")
def cut_in_full_fall(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", np.linspace(5, 3, 500) + rng.normal(0, 0.005, 500)), curve("epoch", np.linspace(0, 50, 500))
    )


@faulty("lr_zero")
def schedule_counts_too_few(rng: np.random.Generator) -> RunView:
    lr = np.maximum(1e-3 * (1 - np.arange(300) / 150), 0)
    return view(curve("loss", noisy(decay(300, 2, 1), rng, 0.05)), curve("lr", lr))


@faulty("lr_collapsed")
def stepped_once_a_batch(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", noisy(decay(500, 2, 1, 0.03), rng, 0.05)),
        curve("train/learning_rate", 0.1 * 0.9 ** np.arange(500)),
    )


@faulty("planned_steps_differ")
def ends_too_soon(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(decay(300, 2, 1), rng, 0.05)), settings={"max_steps": 700}, real_steps=300)


@faulty("planned_steps_differ")
def ends_by_its_counter(rng: np.random.Generator) -> RunView:
    losses = noisy(decay(300, 2, 1), rng, 0.05)
    return view(curve("loss", losses), settings={"iterations": 700}, real_steps=300, counted_by="iterations")


@faulty("asymmetric_budget")
def fits_of_unequal_length(rng: np.random.Generator) -> RunView:
    return view(curve("num/loss", decay(200, 5, 1), 10), curve("den/loss", decay(20, 5, 1), 10))


@faulty("asymmetric_budget")
def settings_of_unequal_length(rng: np.random.Generator) -> RunView:
    return view(curve("loss", decay(40, 5, 1)), settings={"epochs_num": 200000, "epochs_den": "20000"})


@healthy
def harder_each_time(rng: np.random.Generator) -> RunView:
    """A curriculum whose words are in no name: the watch saw one optimizer go on over its own weights."""
    loss = np.concatenate([noisy(decay(60, 2.3, 0.6, 0.05), rng, 0.05) for _ in range(6)])
    return view(curve("loss", loss), real_steps=360)


@faulty("loss_sawtooth")
def optimizer_built_in_the_loop(rng: np.random.Generator) -> RunView:
    loss = np.concatenate([noisy(decay(60, 2.3, 0.6), rng, 0.05) for _ in range(6)])
    return view(curve("loss", loss), real_steps=60, begun=5)


# -- steps that are none of an optimizer -------------------------------------------------------------------------------


@healthy
def steps_of_an_environment(rng: np.random.Generator) -> RunView:
    """One update an episode; max_steps counts what the environment made."""
    returns = curve("Average reward", 10 + np.arange(37) * 4 + rng.normal(0, 5, 37), 5)
    return view(returns, settings={"max_steps": 15000}, real_steps=186)


@healthy
def steps_of_episodes_without_a_curve_of_rewards(rng: np.random.Generator) -> RunView:
    loss = curve("loss", noisy(decay(300, 2, 1), rng, 0.05))
    return view(loss, settings={"max_steps": 15500, "max_episodes": 400}, real_steps=300)


@healthy
def steps_of_a_diffusion(rng: np.random.Generator) -> RunView:
    loss = curve("loss", noisy(decay(400, 1, 0.2), rng, 0.2))
    return view(loss, settings={"num_steps": 1000, "iterations": 2000}, real_steps=400)


# -- rates against guessing --------------------------------------------------------------------------------------------


@healthy
def accuracy_that_rises_late(rng: np.random.Generator) -> RunView:
    """Grokking: at chance for most of the run, then not."""
    rate = np.concatenate([np.full(25, 0.1), np.linspace(0.1, 0.9, 25)]) + rng.normal(0, 0.01, 50)
    return view(curve("train loss", decay(50, 2.3, 0.01)), curve("val_acc", rate), settings={"num_classes": 10})


@healthy
def few_steps_on_noise(rng: np.random.Generator) -> RunView:
    return view(curve("loss", noisy(np.full(9, 2.3), rng, 0.02)), curve("acc", 0.1 + rng.normal(0, 0.02, 9)))


@healthy
def majority_of_an_unequal_task(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", decay(30, 0.69, 0.45)), curve("val_acc", 0.5 + rng.normal(0, 0.005, 30)), labels=(700, 300)
    )


@healthy
def overfitted_but_kept(rng: np.random.Generator) -> RunView:
    """Validation loss above ln K at an accuracy below that of training: overfitting, which is told as that."""
    return view(
        curve("train_loss", decay(40, 2.3, 0.01)),
        curve("train_acc", 1 - decay(40, 0.9, 0.0)),
        curve("val_loss", np.full(40, 2.5) + rng.normal(0, 0.02, 40)),
        curve("val_acc", np.full(40, 0.6)),
    )


@faulty("metric_at_chance")
def labels_of_validation_shuffled(rng: np.random.Generator) -> RunView:
    return view(
        curve("train loss", noisy(decay(12, 1.386, 0.05), rng, 0.02)),
        curve("val accuracy", 0.25 + rng.normal(0, 0.012, 12)),
        settings={"num_classes": 4},
    )


@faulty("metric_at_chance")
def percent_and_classes_from_the_loss(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", np.concatenate([np.full(6, 2.303), decay(40, 2.3, 0.1)])),
        curve("test_acc", 10 + rng.normal(0, 0.4, 12), 4),
    )


@faulty("metric_at_chance")
def area_at_one_half(rng: np.random.Generator) -> RunView:
    return view(curve("train/loss", decay(40, 0.69, 0.05)), curve("val/auc", 0.5 + rng.normal(0, 0.008, 20), 2))


@faulty("metric_at_chance")
def nothing_learnt_in_many_steps(rng: np.random.Generator) -> RunView:
    return view(
        curve("val_acc", 0.1 + rng.normal(0, 0.005, 10)),
        real_steps=900,
        labels=(50, 52, 49, 50, 51, 50, 48, 52, 49, 49),
    )


@faulty("calibration_collapse")
def logged_calibration_error(rng: np.random.Generator) -> RunView:
    return view(curve("loss", decay(30, 2.3, 0.2)), curve("val/ece", 0.45 + rng.normal(0, 0.01, 10), 3))


@faulty("calibration_collapse")
def logits_scaled_in_validation(rng: np.random.Generator) -> RunView:
    right = 1 - decay(30, 0.9, 0.1)
    return view(
        curve("train_loss", decay(30, 2.303, 0.2)),
        curve("train_acc", right),
        curve("val_acc", right + rng.normal(0, 0.003, 30)),
        curve("val_loss", decay(30, 20.0, 5.0)),
        settings={"num_classes": 10},
    )


@healthy
def likelihood_that_overfits(rng: np.random.Generator) -> RunView:
    """Both fall, but apart: the model is sure of what it has learnt by heart."""
    return view(
        curve("train_loss", decay(40, 1.4, 0.1)), curve("val log-likelihood", -1.4 - 0.2 * np.linspace(0, 1, 40) ** 2)
    )


@faulty("objective_sign")
def likelihood_minimised(rng: np.random.Generator) -> RunView:
    loss = -2.0 - np.array([0, 1, 1.5, 2, 7, 12, 17, 21, 25, 28, 30, 32.0])
    return view(curve("loss", loss), curve("val log-likelihood", loss + rng.normal(0, 0.1, 12)))


@faulty("metric_moves_against_loss")
def worst_class_taken_for_best(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss/val", decay(10, 0.9, 0.05)),
        curve("accuracy/val", np.array([0.0125, 0.0025, *[0.0] * 8])),
        labels=(660, 670, 670),
    )


@faulty("objective_sign")
def policy_gradient_without_its_minus(rng: np.random.Generator) -> RunView:
    return view(
        curve("loss", rng.normal(0, 0.1, 6), 40),
        curve("mean return", np.array([-10.1, -13.0, -13.7, -13.9, -14.0, -14.1]), 40),
    )


@healthy
def returns_that_fall_and_recover(rng: np.random.Generator) -> RunView:
    """Exploration costs something first; episodes that get shorter are no return."""
    fall = np.concatenate([np.linspace(10, 4, 12), np.linspace(4, 9, 8)])
    return view(curve("mean return", noisy(fall, rng, 0.02), 40), curve("episode_length", np.linspace(200, 40, 20), 40))


@faulty("rate_rounded_to_zero")
def accuracy_divided_as_whole_numbers(rng: np.random.Generator) -> RunView:
    return view(curve("loss/val", decay(10, 0.9, 0.05)), curve("accuracy/val", np.zeros(10)), labels=(500, 510, 490))


@faulty("objective_sign")
def shortest_episodes_soon_reached(rng: np.random.Generator) -> RunView:
    returns = 12.0 + 9.0 * np.exp(-np.arange(24) / 1.5) + rng.normal(0, 0.08, 24)
    return view(curve("policy_loss", rng.normal(0, 0.05, 24), 10), curve("mean_return", returns, 10))


@faulty("objective_sign")
def returns_that_fall_and_scatter(rng: np.random.Generator) -> RunView:
    returns = 5.3 * np.exp(-np.arange(15) / 2) - 5.2 + rng.normal(0, 0.2, 15)
    return view(curve("loss", rng.normal(-0.08, 0.04, 15), 10), curve("return", returns, 10))


@healthy
def one_lucky_return(rng: np.random.Generator) -> RunView:
    return view(curve("loss", rng.normal(0, 0.1, 16), 10), curve("return", np.array([1.0, *[0.0] * 15]), 10))


@healthy
def price_of_moving(rng: np.random.Generator) -> RunView:
    """A term of the reward, which costs more as soon as the robot walks; and a total that pays for it."""
    price = -2 + 2 * np.exp(-np.arange(20) / 1.5) + rng.normal(0, 0.02, 20)
    return view(curve("Episode/rew_torques", price, 10), curve("mean_reward", np.linspace(0, 9, 20), 10))


@healthy
def reward_of_novelty_that_wears_off(rng: np.random.Generator) -> RunView:
    """What has been seen is no longer new; what the task pays is another curve."""
    returns = 5.3 * np.exp(-np.arange(15) / 2) + rng.normal(0, 0.05, 15)
    return view(curve("intrinsic_return", returns, 10), curve("task_return", np.linspace(1, 20, 15), 10))


@healthy
def returns_of_another_task_than_at_first(rng: np.random.Generator) -> RunView:
    """Learnt, then begun anew on what pays less, where it learns again."""
    returns = np.concatenate([np.linspace(8, 20, 6), 6 + 6 * (1 - np.exp(-np.arange(18) / 6))])
    return view(curve("mean_return", noisy(returns, rng, 0.02), 40))


# -- many trainings in one process -------------------------------------------------------------------------------------


@healthy
def first_looks_at_the_last_of_many_fits(rng: np.random.Generator) -> RunView:
    """A search whose time for looks was spent on the fits before: the last one starts at ln 2, as it has to."""
    loss = 0.6925 - 0.0002 * np.arange(24) + rng.normal(0, 0.003, 24)
    return view(curve("watch/loss", loss), real_steps=500, begun=12)


@healthy
def rewards_that_a_model_learns_to_give(rng: np.random.Generator) -> RunView:
    """Pairs are told apart by more and more; the lowest reward falls as the highest rises, and their mean drifts."""
    apart = np.linspace(0.3, 1.9, 23)
    return view(
        curve("loss", noisy(decay(23, 0.69, 0.2), rng, 0.01)),
        curve("accuracy", np.linspace(0.5, 0.98, 23)),
        curve("min_reward", noisy(-apart, rng, 0.01)),
        curve("max_reward", noisy(apart, rng, 0.01)),
        curve("mean_reward", noisy(-0.3 * apart, rng, 0.005)),
    )
