"""Running statistics of normalisation layers (BatchNorm): trained like weights, but no parameters.

A state made from ``named_parameters()`` lacks them, and with strict=False nobody is told when it is loaded. Adapters,
heads and other parts that are saved by themselves are left alone: they do not hold the weights of all such layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labjournal.checks.checkpoint import MISSING
from labjournal.checks.rule import Verdict, finding, fine
from labjournal.vocabulary import Level

_MARKS = ("running_mean", "running_var")


def lost_statistics(layers: Sequence[str], saved: Mapping[str, Sequence[str]]) -> Verdict:
    """Are there checkpoints with the weights of all these layers, and none with what the layers have counted?

    Args:
        layers: paths within one model of its layers that count while they train.
        saved: names of tensors by path of the checkpoint; only those whose headers could be read.
    """
    subject = layers[0] if len(layers) == 1 else "running statistics"
    whole = [path for path, names in saved.items() if _has_all(layers, names)]
    counted = any(name.endswith(_MARKS) for names in saved.values() for name in names)
    if not whole or counted:
        return fine(MISSING, subject)
    shown = ", ".join(layers[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
    message = (
        f"{whole[-1]} holds the weights of {shown} without their running mean and variance, and no checkpoint of the "
        "run has them: in eval mode a model loaded from it normalises by other numbers than the one trained."
    )
    evidence = {"layers": list(layers[:20]), "checkpoints": len(saved), "with_their_weights": len(whole)}
    return finding(MISSING, subject, message, evidence, Level.WARNING)


def _has_all(layers: Sequence[str], names: Sequence[str]) -> bool:
    known = {f".{name}" for name in names}
    tails = tuple(known)
    return all(
        f".{layer}.weight" in known or any(one.endswith(f".{layer}.weight") for one in tails) for layer in layers
    )
