"""The files of the script, as Python reads them."""

from __future__ import annotations

import ast
import linecache


def tree_of(file: str) -> ast.Module:
    """Of the script; of one that is being edited, and cannot be read now, an empty one."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError):
        return ast.parse("")
