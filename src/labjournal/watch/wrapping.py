"""Functions of ours that stand between a line of the user and a function of torch or of Python."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def unseen(function: Any) -> Any:
    """Let warnings pass over a function, so that with their stacklevel they name the line of the user.

    They leave out frames of the import machinery, which they know by two words in the name of the file. Source:
    ``is_internal_frame`` in Python/_warnings.c.
    """
    code = function.__code__
    function.__code__ = code.replace(co_filename=f"{code.co_filename} (importlib._bootstrap)")
    return function


def hide_from_compiler(code: Any, below: bool = False) -> None:
    """torch.compile would compile a function of ours that is called inside a compiled call: one frame more.

    ``below``: what it calls is hidden too. ``eval_frame`` is there before torch._dynamo is imported; its names are
    private ones of torch, and without them it is one frame more.
    """
    try:
        from torch._C._dynamo import eval_frame
    except ImportError:
        return
    try:
        if hasattr(eval_frame, "set_code_exec_strategy"):
            action = eval_frame._FrameAction
            inside = action.SKIP if below else action.DEFAULT
            eval_frame.set_code_exec_strategy(code, eval_frame._FrameExecStrategy(action.SKIP, inside))
        elif hasattr(eval_frame, "skip_code"):
            eval_frame.skip_code(code)
    except (AttributeError, TypeError):
        return
