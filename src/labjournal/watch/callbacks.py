"""Callbacks for trainers that hand out their model: transformers and Lightning.

    from labjournal.watch.callbacks import TransformersCallback
    trainer = Trainer(…, callbacks=[TransformersCallback()])

    from labjournal.watch.callbacks import LightningCallback
    trainer = Trainer(callbacks=[LightningCallback()])

They name model and optimizer to the watch and pass on what the trainer logs. Without them the watch finds both by
itself, under the names the trainer's code gives them. The classes are made when asked for, from the library's own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Dict, Optional

from labjournal.watch import api


def _numbers(values: Dict[str, Any]) -> Dict[str, float]:
    """What can be drawn as a curve; a trainer's log also holds texts."""
    found: Dict[str, float] = {}
    for name, value in values.items():
        item = getattr(value, "item", None)
        one = getattr(value, "numel", None)
        if callable(item) and (not callable(one) or one() == 1):
            value = item()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[str(name)] = float(value)
    return found


class _Transformers:
    """Methods for ``transformers.TrainerCallback``; ``state`` is its TrainerState."""

    def on_train_begin(
        self, args: Any, state: Any, control: Any, model: Any = None, optimizer: Any = None, **kwargs: Any
    ) -> None:
        if model is not None:
            api.watch(model, optimizer)
        if state.max_steps > 0:
            api.settings({"planned_steps": int(state.max_steps)})

    def on_log(self, args: Any, state: Any, control: Any, logs: Optional[Dict[str, Any]] = None, **kwargs: Any) -> None:
        numbers = _numbers(logs or {})
        if numbers and state.is_world_process_zero:
            api.log(numbers, step=int(state.global_step))


class _Lightning:
    """Methods for ``lightning.pytorch.Callback``."""

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        optimizers = list(getattr(trainer, "optimizers", []))
        api.watch(pl_module, optimizers[0] if optimizers else None)
        for optimizer in optimizers[1:]:
            api.watch(pl_module, optimizer)
        steps = getattr(trainer, "estimated_stepping_batches", None)
        if isinstance(steps, int):
            api.settings({"planned_steps": steps})

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        self._log(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if not trainer.sanity_checking:
            self._log(trainer)

    @staticmethod
    def _log(trainer: Any) -> None:
        numbers = _numbers(dict(trainer.callback_metrics))
        if numbers and trainer.is_global_zero:
            api.log(numbers, step=int(trainer.global_step))


def __getattr__(name: str) -> Any:
    if name == "TransformersCallback":
        base = import_module("transformers").TrainerCallback
        return type(name, (_Transformers, base), {"__module__": __name__})
    if name == "LightningCallback":
        try:
            base = import_module("lightning.pytorch").Callback
        except ImportError:  # the older name of the package
            base = import_module("pytorch_lightning").Callback
        return type(name, (_Lightning, base), {"__module__": __name__})
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
