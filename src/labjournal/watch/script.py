"""Settings that no parser tells of: constants at the top of the script, its config objects, bare options in argv.

Read once, when the training has begun, from the live names of ``__main__``, as ``exec(open("configurator.py").read())``
or ``tyro.cli`` left them. Frames of functions are not looked into: ``f_locals`` would keep a batch
and its graph alive for the rest of the run.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Optional, Set

MAX_CONSTANTS = 60
_ONLY_AST = 0x400
"""``ast.PyCF_ONLY_AST``; ``ast`` itself takes 5 ms to import, and ``compile`` does without."""
_CONFIG_WORDS = frozenset(
    "config configs cfg conf args arguments opt opts options hparams hparam params flags c".split()
)
_CONFIG_ENDS = ("config", "configs", "cfg", "cfgnode", "args", "arguments", "options", "hparams", "params", "settings")
_TOLD_BY_PARSERS = ("Namespace", "FlagValues")
_SHOWN_AS_TEXT = ("device", "dtype", "PosixPath", "WindowsPath")


def constants(main: Any, path: str) -> Dict[str, Any]:
    """Names that the top level of the script gives a literal once and for all, with the values they have now."""
    if not path.endswith(".py"):
        return {}
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
        tree = compile(file.read(), path, "exec", _ONLY_AST, dont_inherit=True)
    live = vars(main)
    found: Dict[str, Any] = {}
    for name in _given_once(tree):
        if name in live and _is_literal(live[name]) and not name.startswith("_") and len(found) < MAX_CONSTANTS:
            found[name] = live[name]
    return found


def config_objects(main: Any) -> Dict[str, Any]:
    """The fields of the objects in ``__main__`` that are configurations by their name and hold nothing but values.

    A field that two of them give different values carries the object's name: ``encoder_config.width``.
    """
    found: Dict[str, Any] = {}
    for name, value in list(vars(main).items()):
        if name.startswith("_") or not _is_config(name, value):
            continue
        for field, item in (_fields(value) or {}).items():
            taken = field in found and found[field] != item
            found[f"{name}.{field}" if taken else field] = item
    return found


def _is_config(name: str, value: Any) -> bool:
    low = name.lower()
    named = low in _CONFIG_WORDS or low.rpartition("_")[2] in _CONFIG_ENDS
    if isinstance(value, type):  # a class that is used as it stands; of a dataclass the instance counts
        return (
            low.endswith(_CONFIG_ENDS) and value.__module__ == "__main__" and not hasattr(value, "__dataclass_fields__")
        )
    if isinstance(value, dict):
        return named
    kind = type(value).__name__
    return kind not in _TOLD_BY_PARSERS and (named or kind.lower().endswith(_CONFIG_ENDS))


def options(argv: List[str]) -> Dict[str, Any]:
    """``--name=value``, ``--name value``, ``--flag`` and ``name=value`` of a command line that no parser has read."""
    found: Dict[str, Any] = {}
    waiting: Optional[str] = None
    for word in argv:
        name, equals, value = word.partition("=")
        dashed = word.startswith("--") and len(word) > 2
        plain = name.lstrip("-+").replace("-", "_")
        if waiting is not None and not dashed:
            found[waiting] = _value(word)
            waiting = None
            continue
        waiting = None
        if equals and plain.replace("_", "").replace(".", "").replace("/", "").isalnum():
            found[plain] = _value(value)
        elif dashed:
            found[plain] = True
            waiting = plain
    return found


def _given_once(tree: Any) -> Iterator[str]:
    """Names bound exactly once, to a literal, by the top level or by what stands under ``if __name__ == ...``."""
    stores: Dict[str, int] = {}
    literal: Dict[str, None] = {}
    changed: Set[str] = set()
    for node in _walk(tree, into_functions=True):
        if type(node).__name__ in ("Global", "Nonlocal"):
            changed.update(node.names)
    for node in _walk(tree, into_functions=False):
        kind = type(node).__name__
        if kind == "Name" and type(node.ctx).__name__ != "Load":
            stores[node.id] = stores.get(node.id, 0) + 1
    for node in _top_level(tree):
        kind = type(node).__name__
        targets = node.targets if kind == "Assign" else [node.target] if kind == "AnnAssign" else []
        if targets and node.value is not None and _written_out(node.value):
            literal.update((target.id, None) for target in targets if type(target).__name__ == "Name")
    return (name for name in literal if stores.get(name) == 1 and name not in changed)


def _top_level(tree: Any) -> Iterator[Any]:
    for node in tree.body:
        if type(node).__name__ == "If" and _asks_for_main(node.test):
            yield from node.body
        else:
            yield node


def _asks_for_main(test: Any) -> bool:
    return type(test).__name__ == "Compare" and getattr(test.left, "id", None) == "__name__"


def _walk(tree: Any, *, into_functions: bool) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            for child in value if isinstance(value, list) else (value,):
                if hasattr(child, "_fields"):
                    scope = type(child).__name__ in ("FunctionDef", "AsyncFunctionDef", "ClassDef", "Lambda")
                    if into_functions or not scope:
                        waiting.append(child)


def _written_out(node: Any) -> bool:
    """A literal, a container of literals, or arithmetic on them; a call is not (``config = Config()`` is an object)."""
    kind = type(node).__name__
    if kind == "Constant":
        return True
    if kind == "UnaryOp":
        return _written_out(node.operand)
    if kind == "BinOp":
        return _written_out(node.left) and _written_out(node.right)
    if kind in ("Tuple", "List"):
        return len(node.elts) <= 20 and all(_written_out(item) for item in node.elts)
    return False


def _is_literal(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        return len(value) <= 200 and "\n" not in value
    if isinstance(value, (bool, int, float)):
        return True
    if isinstance(value, (list, tuple)) and depth < 2:
        return 0 < len(value) <= 20 and all(_is_literal(item, depth + 1) for item in value)
    return False


def _fields(value: Any, depth: int = 0) -> Optional[Dict[str, Any]]:
    """What a configuration holds, nested as it is; None for anything that also holds what is no value."""
    if depth > 3 or (not isinstance(value, (dict, type)) and not isinstance(getattr(value, "__dict__", None), dict)):
        return None
    if isinstance(value, dict):
        fields = dict(value)
    else:
        kind = value if isinstance(value, type) else type(value)
        fields = (
            {}
            if kind.__module__ == "builtins"
            else {name: item for name, item in vars(kind).items() if _is_literal(item)}
        )
        fields.update({} if isinstance(value, type) else vars(value))
    found: Dict[str, Any] = {}
    for name, item in fields.items():
        if not isinstance(name, str) or len(found) >= 300:
            return None
        if name.startswith("_"):
            continue
        if item is None or _is_literal(item):
            found[name] = item
        elif type(item).__name__ in _SHOWN_AS_TEXT:
            found[name] = str(item)
        elif isinstance(item, (list, tuple, dict)) and not item:
            found[name] = item
        elif callable(item) and hasattr(item, "__qualname__"):
            found[name] = str(item.__qualname__)
        else:
            inner = _fields(item, depth + 1)
            if inner is None:
                return None
            found[name] = inner
    return found


def _value(text: str) -> Any:
    if text in ("True", "true", "False", "false"):
        return text in ("True", "true")
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def stated_by(main: Any, argv: List[str], parsed: bool) -> Dict[str, Dict[str, Any]]:
    """Settings by their source: ``script``, ``config-object`` and, where no parser was used, ``command-line``.

    Empty for a tool that runs others (torchrun) and for a program that was installed.
    """
    # At exit Python has taken __file__ away again (Python/pythonrun.c); argv[0] is the script, with -m its full path.
    path = os.path.abspath(str(getattr(main, "__file__", None) or argv[0]))
    if any(part in ("site-packages", "dist-packages", "bin") for part in path.split(os.sep)[:-1]):
        return {}
    return {
        "script": constants(main, path),
        "config-object": config_objects(main),
        "command-line": {} if parsed else options(argv[1:]),
    }
