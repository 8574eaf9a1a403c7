"""Lines that state settings, not results: command lines, code, printed configurations."""

from __future__ import annotations

import re

from labjournal.parsers.names import understand

_COMMAND = re.compile(
    r"\s--\w[\w-]+[ =]\S+.*\s--\w|^\s*(?:\$\s|python\d?\s|CUDA_VISIBLE|torchrun\s|accelerate\s|Namespace\("
    r"|usage:|import\s|from\s+\w+\s+import|def\s|class\s+\w+[(:]|self\.|\+ |#\s*\w+\s*=)|(?:Arguments|Config\w*"
    r"|Namespace|Params?)\(|^\s*\w+\([\w\s]*\):|^\s*\(\w+\):\s\w+\(",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"[\w.]+\s?=\s?[\w.'\"-]+")


def settings_line(text: str) -> bool:
    """A command line, code, a printed configuration: its numbers are hyperparameters."""
    if _COMMAND.search(text):
        return True
    pairs = _PAIRS.findall(text) if text.count("=") > 5 else []
    if len(pairs) < 6:
        return False
    named = sum(understand(pair.partition("=")[0].strip()) is not None for pair in pairs)
    return named * 2 < len(pairs)
