"""Calls back when the user's program has imported a module, without importing it and at no cost to the others.

A finder first on ``sys.meta_path`` answers for a handful of names only. It patches ``exec_module`` on the loader's
instance, so ``module.__loader__`` keeps its type. A mere ``importlib.util.find_spec("torch")``, which transformers
and accelerate use to ask whether torch exists, executes nothing and must not use the callback up.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict


class ImportWatch:
    """A finder for ``sys.meta_path``; ``callbacks`` maps full module names to what to do with the module."""

    def __init__(self, callbacks: Dict[str, Callable[[Any], None]]) -> None:
        self._callbacks = callbacks

    def install(self) -> None:
        for name in [name for name in self._callbacks if name in sys.modules]:
            self._done(name, sys.modules[name])
        if self._callbacks:
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in self._callbacks:
            return None
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                self._watch(spec.loader, name)
                return spec
        return None

    def _watch(self, loader: Any, name: str) -> None:
        # A loader that is a class (builtin, frozen) or serves many modules (zip) would carry the patch elsewhere.
        if getattr(loader, "name", None) != name or isinstance(loader, type) or not hasattr(loader, "exec_module"):
            return

        def exec_module(module: Any) -> None:
            vars(loader).pop("exec_module", None)
            loader.exec_module(module)
            self._done(name, module)

        loader.exec_module = exec_module

    def _done(self, name: str, module: Any) -> None:
        callback = self._callbacks.pop(name, None)
        if callback is None:
            return
        try:
            callback(module)
        except Exception:  # noqa: BLE001 - the user's import has succeeded and must stay so
            return
        if not self._callbacks and self in sys.meta_path:
            sys.meta_path.remove(self)
