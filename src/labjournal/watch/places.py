"""The line of the script that made a loss, as ``train.py:57``, for findings that are about the line itself."""

from __future__ import annotations

import ast
import os
from types import FrameType
from typing import Any, Iterator, Optional

from labjournal.watch.naming import frames_above, holders, is_installed, user_frames
from labjournal.watch.syntax import tree_of


def made_at(loss: Any, frame: Optional[FrameType]) -> Optional[str]:
    """Where the variable that holds the loss got it, else where the script itself sends it back; None where a library
    does both."""
    for one in user_frames(frame):
        if is_installed(one.f_code.co_filename):
            continue
        name = next((name for name, value in holders(one) if value is loss), None)
        if name is not None:
            return _shown(one, max(_assignments(one, name), default=one.f_lineno))
    above = frames_above(frame)
    own = bool(above) and not is_installed(above[0].f_code.co_filename)
    return _shown(above[0], above[0].f_lineno) if own else None


def _assignments(frame: FrameType, name: str) -> Iterator[int]:
    """Lines above the one that runs that give the variable a value not made of its last one, as ``loss / 4`` is."""
    for node in ast.walk(tree_of(frame.f_code.co_filename)):
        if isinstance(node, ast.Assign) and frame.f_code.co_firstlineno <= node.lineno <= frame.f_lineno:
            given = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            if name in given - used:
                yield node.lineno


def _shown(frame: FrameType, line: int) -> str:
    file, here = frame.f_code.co_filename, os.path.join(os.getcwd(), "")
    return f"{file[len(here) :] if file.startswith(here) else os.path.basename(file)}:{line}"
