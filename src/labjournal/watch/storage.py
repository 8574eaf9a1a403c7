"""Checkpoints that C++ and Rust write by file name, of which Python's audit hook hears nothing."""

from __future__ import annotations

import functools
import os

from labjournal.watch.wrapping import unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labjournal.watch.files import FileWatch


def watch_torch(torch: Any, files: FileWatch) -> None:
    """``torch.save(state, path)``: told once it has returned. ``torch.load`` opens in Python and is heard anyway."""
    real = torch.save

    @unseen
    @functools.wraps(real)
    def save(obj: Any, f: Any, *args: Any, **kwargs: Any) -> Any:
        result = real(obj, f, *args, **kwargs)
        path = _path(f)
        if path is not None:
            files.checkpoint_written(path)
        return result

    torch.save = save
    torch.serialization.save = save


def watch_safetensors(module: Any, files: FileWatch) -> None:
    def after(name: str, at: int, tell: Any) -> None:
        real = getattr(module, name)

        @unseen
        @functools.wraps(real)
        def patched(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            path = _path(args[at] if len(args) > at else kwargs.get("filename"))
            if path is not None:
                tell(path)
            return result

        setattr(module, name, patched)

    after("save_file", 1, files.checkpoint_written)
    after("load_file", 0, files.checkpoint_read)


def _path(target: object) -> Any:
    if isinstance(target, (str, os.PathLike)):
        return os.path.abspath(os.fsdecode(target))
    return None
