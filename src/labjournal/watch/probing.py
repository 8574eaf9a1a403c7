"""Whether the inputs of a model have an effect on its output: each is replaced by zeros in turn."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.walk import modules

NONDETERMINISM = 1e-3
"""Of the output, between two passes of one batch."""


class Probed:
    """What ``labjournal.probe()`` has found: placebo_input, eval_nondeterminism."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.done = False

    def judge(self, name: str, effects: Dict[str, float], repeated: float, step: int) -> None:
        """``effects``: relative change of the output by input zeroed; ``repeated``: between two equal passes."""
        self.done = True
        idle = sorted(key for key, effect in effects.items() if effect == 0)
        if idle and len(idle) < len(effects):
            self._findings.say(
                "placebo_input",
                step,
                f"{', '.join(idle)}: no effect at all on the output of {{subject}}, which is the same number for "
                "number when zeros are put in.",
                evidence={"inputs": idle, "effects": effects},
                subject=name,
            )
        if repeated > NONDETERMINISM:
            self._findings.say(
                "eval_nondeterminism",
                step,
                f"Two passes of one batch through {{subject}} in eval mode differ by {repeated:.1%} of the output.",
                evidence={"relative_difference": repeated},
                subject=name,
            )


def effect_of_inputs(model: Any, batch: Any, inputs: List[str]) -> Tuple[Dict[str, float], float]:
    """Largest ``|out - out_zeroed| / max|out|`` over all outputs, by name of the input, and the same for two passes of
    one batch that draw different random numbers; dimensionless.

    ``batch`` is a mapping passed as keyword arguments, or a sequence passed by position whose inputs are named
    ``"0"``, ``"1"``, …. Where the effects are
    measured, random numbers are the same in every pass. The random state is put back.
    """
    named = dict(batch) if isinstance(batch, Mapping) else {str(at): item for at, item in enumerate(batch)}
    wanted = inputs or [name for name, value in named.items() if isinstance(value, torch.Tensor)]
    devices = list(
        {value.device.index for value in named.values() if isinstance(value, torch.Tensor) and value.is_cuda}
    )
    was_training = [(module, module.training) for module in modules(model)]
    with torch.no_grad(), torch.random.fork_rng(devices=devices):
        state = torch.get_rng_state()

        def run(changed: Dict[str, Any]) -> List[Any]:
            torch.set_rng_state(state)
            out = model(**changed) if isinstance(batch, Mapping) else model(*changed.values())
            return _tensors(out)

        try:
            model.eval()
            whole = run(named)
            effects = {}
            for name in wanted:
                if isinstance(named.get(name), torch.Tensor):
                    effects[name] = _difference(whole, run({**named, name: torch.zeros_like(named[name])}))
            torch.rand(1)  # other random numbers from here on
            state = torch.get_rng_state()
            repeated = _difference(whole, run(named))
        finally:
            for module, training in was_training:
                module.training = training
    return effects, repeated


def _tensors(out: Any) -> List[Any]:
    if isinstance(out, torch.Tensor):
        return [out.float()] if not out.is_complex() else [torch.view_as_real(out)]
    items = out.values() if isinstance(out, Mapping) else out if isinstance(out, (list, tuple)) else ()
    return [tensor for item in items for tensor in _tensors(item)]


def _difference(before: List[Any], after: List[Any]) -> float:
    changes = [
        float((one - other).abs().max() / (one.abs().max() + 1e-30))
        for one, other in zip(before, after)
        if one.numel() and one.shape == other.shape
    ]
    return max(changes, default=0.0)
