"""What the script itself calls an object: the variable or attribute that holds it in the frames of a step."""

from __future__ import annotations

import os
import re
import sys
from types import FrameType
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

_LIBRARIES = ("site-packages", "dist-packages")
_SILENT = tuple(
    [os.path.join(folder, "torch", "") for folder in _LIBRARIES] + [os.path.join(os.path.dirname(__file__), "")]
)
"""The optimizer's own ``params`` and those of the watch are nobody's name for a tensor."""
_MAX_FRAMES = 40
_MAX_ATTRIBUTES = 200
_OPTIMIZED = 0x1  # inspect.CO_OPTIMIZED: a function body, whose f_locals is not its real namespace


def names_in_frames(objects: Iterable[Any], frame: Optional[FrameType]) -> Dict[int, str]:
    """``id(object) -> name`` for objects that a variable, or an attribute of one, holds. The user's frames come first.

    Before Python 3.13 asking a frame for its locals leaves a copy of them in the frame, which would keep the tensors
    of this step alive until the function ends; the copy is emptied again.
    """
    wanted = {id(item) for item in objects}
    found: Dict[int, str] = {}
    for item in user_frames(frame):
        if not wanted:
            break
        for name, value in holders(item):
            if id(value) in wanted and not name.startswith("__"):
                wanted.discard(id(value))
                found[id(value)] = name
    return found


def user_frames(frame: Optional[FrameType]) -> List[FrameType]:
    """From ``frame`` up, those of the script before those of libraries; none under a debugger, which relies on the very
    copy of the variables that is emptied here."""
    return [] if sys.gettrace() is not None else sorted(frames_above(frame), key=is_of_library)


def frames_above(frame: Optional[FrameType]) -> List[FrameType]:
    """From ``frame`` up, without those of torch and of the watch."""
    frames: List[FrameType] = []
    while frame is not None and len(frames) < _MAX_FRAMES:
        if not any(folder in frame.f_code.co_filename for folder in _SILENT):
            frames.append(frame)
        frame = frame.f_back
    return frames


def is_of_library(frame: FrameType) -> bool:
    return any(name in frame.f_code.co_filename for name in _LIBRARIES)


def words(name: str) -> Set[str]:
    """Of ``valLoader`` or ``val_loader``: val, loader."""
    return set(re.findall("[a-z]+", re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()))


def is_installed(file: str) -> bool:
    """Is it a file of Python or of a package?"""
    return file.startswith((sys.prefix, sys.base_prefix)) or any(name in file for name in _LIBRARIES)


def holders(frame: FrameType) -> List[Tuple[str, Any]]:
    """(name, value) of the variables of a frame, and of what they hold one level down."""
    namespace = frame.f_locals
    variables = list(namespace.items())
    pairs = list(variables)
    pairs += [pair for name, value in variables for pair in _attributes(name, value)]
    if frame.f_code.co_flags & _OPTIMIZED and sys.version_info < (3, 13):
        namespace.clear()
    return pairs


def _attributes(name: str, value: Any) -> List[Tuple[str, Any]]:
    """Attributes of plain objects (a trainer's ``model``) and items of short lists and dicts; none of one that does not
    let itself be asked, as a proxy out of its context."""
    try:
        return _asked(name, value)
    except Exception:  # noqa: BLE001 - whatever an object of the user raises
        return []


def _asked(name: str, value: Any) -> List[Tuple[str, Any]]:
    if isinstance(value, (dict, list, tuple)):
        return [] if name.startswith("__") else _items(name, value)
    fields = getattr(type(value), "__module__", "") != "builtins" and instance_fields(value)
    if not fields:
        return []
    prefix = "" if name == "self" else f"{name}."
    pairs = [(f"{prefix}{key}", item) for key, item in list(fields.items())[:_MAX_ATTRIBUTES]]
    listed = [pair for key, item in pairs if type(item) in (dict, list, tuple) for pair in _items(key, item)]
    return pairs + listed


def _items(name: str, held: Any) -> List[Tuple[str, Any]]:
    if isinstance(held, dict):
        return [(f"{name}.{key}", item) for key, item in list(held.items())[:50] if isinstance(key, str)]
    return [(f"{name}.{index}", item) for index, item in enumerate(held[:50])]


def instance_fields(value: Any) -> Dict[str, Any]:
    try:
        fields = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return fields if isinstance(fields, dict) else {}
