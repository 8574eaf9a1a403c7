"""Reads the settings of an unchanged script where it makes them: parsers, TrainingArguments, Hydra, seeds."""

from __future__ import annotations

import functools
import sys

from labjournal.watch.masking import masked
from labjournal.watch.outbox import to_json
from labjournal.watch.wrapping import unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Dict, Optional, Set

    State = Callable[[str, Dict[str, Any]], None]

_TOOLS = frozenset(
    "pip setuptools torch accelerate deepspeed pytest _pytest IPython ipykernel jupyter_core tensorboard conda uv "
    "labjournal flask dask ray wandb mlflow huggingface_hub runpy pdb cProfile unittest".split()
)
"""Programs around a training whose own options are not settings of it (torch: torchrun)."""

_PARSERS = frozenset(("argparse", "click", "absl", "hydra", "hf"))
_stated: Set[str] = set()


def watch(module: Any, state: State) -> None:
    """Patch the one function of ``module`` through which settings pass. Called when the user has imported it."""
    _WATCHERS[module.__name__](module, state)


def of_the_script(state: State, sources: Set[str]) -> None:
    """What stands in the script itself; ``sources`` have already told settings of this process."""
    from labjournal.watch import script

    parsed = bool(sources.intersection(_PARSERS))
    for source, values in script.stated_by(sys.modules["__main__"], [str(word) for word in sys.argv], parsed).items():
        _tell(state, source, functools.partial(dict, values))


def _tell(state: State, source: str, read: Callable[[], Dict[str, Any]]) -> None:
    """State settings once; what cannot be read is left out, and nothing is raised into the caller."""
    try:
        shown = {str(name): _simple(value) for name, value in masked(read()).items()}
        key = f"{source} {to_json(shown)}"
        if shown and key not in _stated and len(_stated) < 200:
            _stated.add(key)
            state(source, shown)
    except Exception:  # noqa: BLE001 - a user's __str__ or a lazy value that fails
        return


def _simple(value: Any, depth: int = 0) -> Any:
    """Numbers, texts and containers of them as they are; anything else as short text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value[:500]
    if isinstance(value, dict) and depth < 6:
        return {str(key): _simple(item, depth + 1) for key, item in list(value.items())[:500]}
    if isinstance(value, (list, tuple)) and depth < 6:
        return [_simple(item, depth + 1) for item in list(value)[:100]]
    if callable(value) and hasattr(value, "__qualname__"):
        return str(value.__qualname__)
    return str(value)[:200]


def _asked_by_a_tool(depth: int) -> bool:
    """True when the nearest caller outside the parser's own package is one of the tools around a training."""
    frame: Optional[FrameType] = sys._getframe(depth)
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in ("argparse", "labjournal", "click", "typer", "absl"):
            main = str(getattr(frame.f_globals.get("__spec__"), "name", "") or "").partition(".")[0]
            return package in _TOOLS or (package == "__main__" and main in _TOOLS)
        frame = frame.f_back
    return True


def _argparse(module: Any, state: State) -> None:
    real = module.ArgumentParser.parse_known_args

    @unseen
    @functools.wraps(real)
    def parse_known_args(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = real(self, *args, **kwargs)
        if not _asked_by_a_tool(2):
            _tell(state, "argparse", lambda: dict(vars(result[0])))
        return result

    module.ArgumentParser.parse_known_args = parse_known_args


def _click(module: Any, state: State) -> None:
    real = module.Command.invoke

    @unseen
    @functools.wraps(real)
    def invoke(self: Any, ctx: Any) -> Any:
        package = str(getattr(self.callback, "__module__", "")).partition(".")[0]
        if package not in _TOOLS:
            _tell(state, "click", lambda: dict(ctx.params))
        return real(self, ctx)

    module.Command.invoke = invoke


def _absl(module: Any, state: State) -> None:
    values_class = module.FlagValues
    real = values_class.__call__

    @unseen
    @functools.wraps(real)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = real(self, *args, **kwargs)

        def read() -> Dict[str, Any]:
            named = self.flags_by_module_dict().items()
            return {flag.name: flag.value for name, flags in named if not name.startswith("absl.") for flag in flags}

        _tell(state, "absl", read)
        return result

    values_class.__call__ = call


def _transformers(module: Any, state: State) -> None:
    real = module.TrainingArguments.__post_init__

    @unseen
    @functools.wraps(real)
    def post_init(self: Any) -> None:
        real(self)
        _tell(state, "hf", lambda: {name: value for name, value in vars(self).items() if not name.startswith("_")})

    module.TrainingArguments.__post_init__ = post_init


def _hydra(module: Any, state: State) -> None:
    real = module.HydraConfig.set_config

    @unseen
    @functools.wraps(real)
    def set_config(self: Any, cfg: Any) -> None:
        real(self, cfg)

        def read() -> Dict[str, Any]:
            values = sys.modules["omegaconf"].OmegaConf.to_container(cfg, resolve=False)  # Hydra has loaded it
            return {name: value for name, value in values.items() if name != "hydra"}

        _tell(state, "hydra", read)

    module.HydraConfig.set_config = set_config


def _seed(module: Any, state: State) -> None:
    real = module.seed

    @unseen
    @functools.wraps(real)
    def seed(*args: Any, **kwargs: Any) -> Any:
        value: Optional[Any] = args[0] if args else next(iter(kwargs.values()), None)
        if isinstance(value, (int, str)):
            _tell(state, "seed", lambda: {module.__name__: value})
        return real(*args, **kwargs)

    module.seed = seed


_WATCHERS: Dict[str, Callable[[Any, State], None]] = {
    "argparse": _argparse,
    "click.core": _click,
    "absl.flags": _absl,
    "transformers.training_args": _transformers,
    "hydra.core.hydra_config": _hydra,
    "random": _seed,
    "numpy.random": _seed,
}
