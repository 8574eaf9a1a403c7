"""Keeps secrets out of what is recorded, by the name of a setting and by the look of its value."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

MASK = "(hidden)"

_WORDS = {"password", "passwd", "passphrase", "pwd", "secret", "secrets", "credential", "credentials", "apikey"}
_LAST = {"token", "auth", "bearer"}  # hf_token is a secret; token_dropout and max_tokens are not
_BEFORE_KEY = {"api", "access", "private", "secret", "auth", "wandb", "account", "ssh"}
_PREFIXES = ("sk-", "hf_", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "glpat-", "-----BEGIN")


def _name_words(name: str) -> List[str]:
    spaced = "".join(char if char.isalnum() else " " for char in name)
    return spaced.lower().split()


def secret_name(name: str) -> bool:
    """True for names such as ``hf_token``, ``--api-key``, ``db.password``; not for ``max_tokens`` or ``token_len``."""
    words = _name_words(name)
    if not words:
        return False
    if _WORDS.intersection(words) or words[-1] in _LAST:
        return True
    return words[-1] == "key" and len(words) > 1 and words[-2] in _BEFORE_KEY


def secret_value(value: object) -> bool:
    return isinstance(value, str) and len(value) >= 16 and value.startswith(_PREFIXES)


def masked(values: Dict[str, Any]) -> Dict[str, Any]:
    """The same settings with the text of secrets replaced; numbers and empty texts are nobody's secret."""
    shown: Dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            shown[name] = masked(value)
        elif isinstance(value, str) and value and (secret_name(str(name)) or secret_value(value)):
            shown[name] = MASK
        else:
            shown[name] = value
    return shown


def masked_argv(argv: List[str]) -> List[str]:
    """The command line with the values of secret options replaced, as ``--token X`` or ``--token=X``."""
    shown: List[str] = []
    hide_next = False
    for arg in argv:
        name, equals, value = arg.partition("=")
        if hide_next and not arg.startswith("-"):
            shown.append(MASK)
        elif secret_value(arg) or (equals and value and secret_value(value)):
            shown.append(f"{name}={MASK}" if equals else MASK)
        elif equals and value and secret_name(name):
            shown.append(f"{name}={MASK}")
        else:
            shown.append(arg)
        hide_next = arg.startswith("-") and not equals and secret_name(name)
    return shown
