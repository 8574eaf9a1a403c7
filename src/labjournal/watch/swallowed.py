"""Batches that make no step because what they raise is caught and passed over: steps_skipped.

Counted are batches of a loader that is trained on after which no backward pass came before the next one. Whether they
raised is read in the script: the line that calls ``backward()`` stands in a ``try`` within a loop, and one of its
handlers goes on.
"""

from __future__ import annotations

import ast
import weakref
from types import FrameType
from typing import Any, Dict, List, Optional, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.naming import frames_above, is_installed
from labjournal.watch.syntax import tree_of

BATCHES = 40
SHARE = 0.2
MOST_LINES = 8


class _Loader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.batches = self.without = 0
        self.running: Optional[weakref.ref[Any]] = None
        self.passes = 0
        """Backward passes when its last batch was given."""


class Swallowed:
    """Batches with and without a backward pass, by data set."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._loaders: Dict[int, _Loader] = {}
        self._lines: Dict[Tuple[str, int], None] = {}
        """From which the script calls ``backward()``."""

    def before_backward(self, frame: Optional[FrameType]) -> None:
        """Before a pass that is looked at."""
        if len(self._lines) < MOST_LINES:
            own = next((one for one in frames_above(frame) if not is_installed(one.f_code.co_filename)), None)
            if own is not None:
                self._lines[own.f_code.co_filename, own.f_lineno] = None

    def batch(self, iterator: Any, dataset: Any, passes: int, learning: bool) -> None:
        """``passes``: backward passes so far; ``learning``: fetched with gradients on."""
        if not learning or not self._lines:
            return
        loader = self._loaders.get(id(dataset))
        if loader is None:
            loader = self._loaders[id(dataset)] = _Loader(type(dataset).__name__)
        same = loader.running is not None and loader.running() is iterator
        if same:
            loader.batches += 1
            loader.without += passes == loader.passes
        else:
            loader.running = weakref.ref(iterator)
        loader.passes = passes

    def end(self, step: int) -> None:
        for loader in self._loaders.values():
            used = loader.batches - loader.without
            if loader.batches < BATCHES or loader.without < SHARE * loader.batches or used < SHARE * loader.batches:
                continue
            line = next((found for place in self._lines if (found := _handler(*place)) is not None), None)
            if line is not None:
                self._findings.say(
                    "steps_skipped",
                    step,
                    f"{loader.without} of {loader.batches} batches of {loader.name} made no backward pass: what they "
                    f"raise is caught at {line} and passed over.",
                    [(f"{loader.name} swallowed", "")],
                    {"batches": loader.batches, "without": loader.without, "handler": line},
                    subject=loader.name,
                    remedy="Let the exception out once, and see what it says.",
                )


def _handler(file: str, line: int) -> Optional[str]:
    """Where an exception of that line, or of one before it in the same ``try``, is caught and the loop goes on."""
    loops = [node for node in ast.walk(tree_of(file)) if isinstance(node, (ast.For, ast.While))]
    tries = [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Try)]
    around = [one for one in tries if one.body[0].lineno <= line <= _last(one.body)]
    handlers = [handler for one in around for handler in one.handlers if not _leaves(handler)]
    return f"{file.rpartition('/')[2]}:{handlers[0].lineno}" if handlers else None


def _last(body: List[ast.stmt]) -> int:
    return max(getattr(node, "end_lineno", 0) or 0 for node in body)


def _leaves(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, (ast.Raise, ast.Return, ast.Break)) for node in ast.walk(handler))
