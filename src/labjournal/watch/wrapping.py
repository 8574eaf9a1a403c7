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
