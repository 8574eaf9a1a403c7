"""What a curve is, told by its name alone. What no word here names is no loss and no metric: nothing is guessed.

A name is split at ``/ _ - . :``, blanks, brackets and camel case into lower-case words.

=========  ===========================================================================================================
quantity   decided by the first of these that holds
=========  ===========================================================================================================
ours       it begins with ``watch/`` (written by the watch): ``watch/loss`` is the loss of training, ``watch/lr/…`` are
           learning rates, both used where the script logged none; ``watch/score/right`` is the share of right
           answers in training; the rest is none of these
lr         ``lr``, or ``learning`` next to ``rate``, and no word of a multiplier (scale, mult, factor, ratio, decay)
epoch      the last word is ``epoch`` or ``epochs`` and nothing else but a role is said
reward     reward, return, episode, rollout … : the run is reinforcement learning, whose losses need not fall
calibrat.  ece, or ``calibration`` next to ``error``
goodness   accuracy, auc, f1, … : higher is better; or likelihood without "negative"
loss       loss, nll, crossentropy, mse, mae, perplexity, … and no word that makes it a setting (scale, weight …)
=========  ===========================================================================================================

A loss with a word of a game (generator, discriminator, critic, policy …) is part of a *game*; a loss with any other
word of its own (``box_loss``, ``kl_loss``) is a *part*, the rest is the *total*. The role is train, validation, test,
or unstated; an unstated loss is that of training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from labjournal import tags

Quantity = Literal["loss", "goodness", "calibration", "lr", "epoch", "reward", "right", "none"]
Scope = Literal["total", "part", "game"]
SplitName = Literal["train", "validation", "test"]

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLES: dict[str, SplitName] = {
    **dict.fromkeys("train training trn learn".split(), "train"),
    **dict.fromkeys("val vali valid validation validate dev eval evaluation heldout holdout".split(), "validation"),
    **dict.fromkeys("test testing tst".split(), "test"),
}
_LOSS = _words(
    "loss losses nll logloss crossentropy xent ce bce mse rmse mae mape huber perplexity ppl objective cost nelbo"
)
_ALONE = _words("ce cost objective mae mse rmse bce xent huber ppl perplexity nll")
"""Count as a loss only where no other quantity is named beside them: ``cost/gpu_hours`` is none."""
_NO_LOSS = _words(
    "scale scaler scaling weight weights coef coefficient coeff lambda lr rate time runtime ratio count best min "
    "max std var variance norm grad gradient ema_decay scheduler factor tolerance"
)
_GAME = _words(
    "generator discriminator gen disc dis d g gan adv adversarial fake real critic actor policy value vf pi q qf q1 q2 "
    "td advantage entropy alpha temperature gp wasserstein ppo clip surrogate pg"
)
_FILL = _words("loss losses total mean avg average running smooth smoothed epoch step steps iter iteration batch all")
_LOSS_KINDS = _words(
    "nll logloss crossentropy cross entropy xent ce bce mse rmse mae huber objective cost ppl perplexity"
)
_GOOD = _words(
    "accuracy acc ap ap50 top1 top5 acc1 acc5 auc auroc auprc f1 precision recall map map50 map5095 iou miou dice "
    "bleu rouge "
    "mcc kappa r2 psnr ssim ndcg mrr sic tpr winrate"
)
_LIKELIHOOD = _words("likelihood loglik loglikelihood logprob logp llh")
_NEGATIVE = _words("negative neg nll minus")
_REWARD = _words("reward rewards rew return returns episode episodic rollout ep")
_MULTIPLIER = _words("scale mult multiplier factor ratio decay gamma")
_NONNEGATIVE = _words("crossentropy xent ce bce mse rmse mae mape huber perplexity ppl")
_EPOCH = _words("epoch epochs")
_ADVERSARY = _words("generator discriminator disc gan adversarial fake critic wasserstein")


@dataclass(frozen=True, slots=True)
class CurveName:
    """What a name says."""

    quantity: Quantity
    role: SplitName | None = None
    scope: Scope = "total"
    stem: tuple[str, ...] = ()
    """The words without those of the role: the training and validation curves of one quantity share it."""
    nonnegative: bool = False
    """It names a loss that cannot fall below zero, by its formula."""

    @property
    def of_training(self) -> bool:
        return self.role in (None, "train")


_NONE = CurveName("none")


@lru_cache(maxsize=4096)
def read_name(name: str) -> CurveName:
    """What the name of a curve says, folder included."""
    if name == "watch/loss":
        return CurveName("loss", "train", "total", ("loss",))
    if name == tags.RIGHT:
        return CurveName("right", "train")
    if name.startswith("watch/lr/"):
        return CurveName("lr", "train", stem=("lr",))
    if name.startswith(("watch/", "system/")):
        return _NONE
    words = [word.lower() for word in _SPLIT.split(name) if word]
    said = frozenset(words)
    role = next((_ROLES[word] for word in words if word in _ROLES), None)
    stem = tuple(word for word in words if word not in _ROLES)
    if ("lr" in said or {"learning", "rate"} <= said) and not said & _MULTIPLIER:
        return CurveName("lr", role, stem=stem)
    if stem and stem[-1] in _EPOCH and len(stem) == 1:
        return CurveName("epoch", role, stem=stem)
    if "ece" in said or {"calibration", "error"} <= said:
        return CurveName("calibration", role, stem=stem)
    loss = _names_loss(said)
    if said & _REWARD and not loss:
        return CurveName("reward", role, stem=stem)
    if not loss and (said & _GOOD or (said & _LIKELIHOOD and not said & _NEGATIVE)):
        return CurveName("goodness", role, stem=stem)
    if not loss:
        return _NONE
    kinds = _LOSS_KINDS if "cross" in said else _LOSS_KINDS - {"entropy"}
    own = [word for word in stem if word not in _FILL and word not in kinds and not word.isdigit()]
    scope: Scope = "total" if not own else "game" if said & _GAME else "part"
    nonnegative = bool(said & _NONNEGATIVE or {"cross", "entropy"} <= said) and not said & _words("log neg negative")
    return CurveName("loss", role, scope, stem, nonnegative)


def role_alone(name: str) -> SplitName | None:
    """The role of a curve whose name says nothing else, as ``train`` or ``val``."""
    roles = {_ROLES.get(word.lower()) for word in _SPLIT.split(name) if word}
    return next(iter(roles)) if len(roles) == 1 else None


def words_of(name: str) -> frozenset[str]:
    """The words of a name, in lower case."""
    return frozenset(word.lower() for word in _SPLIT.split(name) if word)


def _names_loss(said: frozenset[str]) -> bool:
    if said & _NO_LOSS or not (said & _LOSS or {"cross", "entropy"} <= said or {"negative", "likelihood"} <= said):
        return False
    if said & _LOSS <= _ALONE:  # short words stand beside a role or a filler, else they are something else
        return not said - _LOSS - _FILL - set(_ROLES) - _words("cross entropy error negative log likelihood")
    return True


def of_a_game(names: Iterable[str]) -> str | None:
    """Why the losses of a run need not fall: it plays against itself or an environment. None where nothing says so."""
    for name in names:
        read = read_name(name)
        if read.quantity == "reward":
            return f"{name} says that rewards are learned from: such losses need not fall"
        words = words_of(name)
        if read.quantity == "loss" and (words & _ADVERSARY or words & _words("d g") or {"policy", "value"} & words):
            return f"{name} says that losses work against each other: they need not fall"
    return None
