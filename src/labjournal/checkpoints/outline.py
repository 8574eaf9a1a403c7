"""What a pickle would build, without building it.

A small machine follows the opcodes that ``pickletools.genops`` reads. It makes containers, texts and numbers; a class
stays a name and a call stays a note of name and arguments, so no code of the file ever runs. Only the calls by which
torch and numpy rebuild their tensors are understood. The number of opcodes is bounded.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable
from typing import NamedTuple

_MOST_OPCODES = 3_000_000  # about 5 s; a state dict of 10,000 tensors has 400,000
_LARGEST_KEY = 2**31

_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32",
}  # fmt: skip
_NUMPY_TYPES = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


class UnreadablePickleError(Exception):
    """The bytes are no pickle, or one that is too large or too strange to follow."""


class Global(NamedTuple):
    """A class or function that the pickle names."""

    name: str


class Tensor(NamedTuple):
    """A tensor that the pickle would rebuild."""

    dtype: str | None
    shape: tuple[int, ...]
    storage: str | None = None
    """Key of the data that is this tensor's and no other's, from the first element to the last."""


class Storage(NamedTuple):
    """The data behind tensors; it lies outside of the pickle."""

    dtype: str | None
    key: str | None = None
    size: int | None = None
    """Elements."""


class Call:
    """An object that the pickle would make by calling something; ``state`` is what would be set on it."""

    __slots__ = ("arguments", "function", "state")

    def __init__(self, function: object, arguments: object) -> None:
        self.function = function
        self.arguments = arguments
        self.state: object = None

    @property
    def name(self) -> str:
        return self.function.name if isinstance(self.function, Global) else ""


def outline(content: bytes) -> object:
    """The value of a pickle as plain containers, Tensors, Globals and Calls. Raises UnreadablePickleError."""
    return outline_at(content, 0)[0]


def outline_at(content: bytes, start: int) -> tuple[object, int]:
    """The value of the pickle that starts at a byte, and the place of the byte after it."""
    machine = _Machine()
    end = start
    try:
        for count, (opcode, argument, position) in enumerate(pickletools.genops(content[start:])):
            if count > _MOST_OPCODES:
                raise UnreadablePickleError("the pickle has too many steps to follow")
            machine.step(opcode.name, argument)
            end = start + (position or 0) + 1  # of STOP, which is one byte
        return machine.pop(), end
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error) as error:
        raise UnreadablePickleError(f"the pickle cannot be followed: {error}") from error


class _Mark:
    """Where a run of items starts on the stack."""


_MARK = _Mark()


class _Machine:
    """The stack and the memo of a pickle."""

    def __init__(self) -> None:
        self.stack: list[object] = []
        self.memo: dict[int, object] = {}

    def pop(self) -> object:
        return self.stack.pop()

    def step(self, name: str, argument: object) -> None:
        """Do what one opcode does."""
        special = _STEPS.get(name)
        if special is not None:
            special(self, argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name not in _NOTHING:
            self.stack.append(argument)  # numbers, texts and bytes, which genops has decoded

    def items(self) -> list[object]:
        """What lies above the last mark, taken off together with it."""
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise UnreadablePickleError("the pickle has items without a start")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def fill(self, pairs: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, Call):
            if not isinstance(target.state, dict):
                target.state = {}
            target = target.state
        if isinstance(target, dict):
            for key, value in zip(pairs[::2], pairs[1::2], strict=True):
                target[_key(key)] = value

    def extend(self, values: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(values)

    def call(self) -> None:
        arguments = self.stack.pop()
        self.stack[-1] = _called(self.stack[-1], arguments)

    def set_state(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if not isinstance(target, Call):
            return
        if target.name.endswith("multiarray._reconstruct") and isinstance(state, tuple) and len(state) == 5:
            # A numpy array: (version, shape, type, order, data). The memo keeps the Call, so it carries the tensor.
            target.state = Tensor(_numpy_type(state[2]), _shape(state[1]))
        elif isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], dict | None):
            target.state = {**(state[0] or {}), **(state[1] if isinstance(state[1], dict) else {})}  # with __slots__
        else:
            target.state = state


def _key(key: object) -> object:
    """A key that is safe to hash: crafted large numbers would all fall into one slot."""
    if isinstance(key, str) or (isinstance(key, int) and abs(key) < _LARGEST_KEY):
        return key
    return object()


def _shape(value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple | list) or not all(isinstance(size, int) for size in value):
        raise UnreadablePickleError("a tensor has no shape")
    return tuple(value)


def _dtype(value: object) -> str | None:
    return value.name.removeprefix("torch.") if isinstance(value, Global) else None


def _numpy_type(value: object) -> str | None:
    if not isinstance(value, Call) or not isinstance(value.arguments, tuple) or not value.arguments:
        return None
    code = value.arguments[0]
    if not isinstance(code, str):
        return None
    if code[:1] in _NUMPY_TYPES and code[1:].isdigit():
        return f"{_NUMPY_TYPES[code[:1]]}{int(code[1:3]) * 8}"
    return "bool" if code == "b1" else code


def _called(function: object, arguments: object) -> object:
    name = function.name if isinstance(function, Global) else ""
    if not isinstance(arguments, tuple):
        return Call(function, arguments)
    short = name.rpartition(".")[2]
    if name.startswith("torch."):
        if short in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor"):
            dtype = arguments[0].dtype if isinstance(arguments[0], Storage) else None
            if short.endswith("v3"):
                dtype = _dtype(arguments[6])
            return Tensor(dtype, _shape(arguments[2]), _all_of(arguments))
        if short == "_rebuild_meta_tensor_no_storage":
            return Tensor(_dtype(arguments[0]), _shape(arguments[1]))
        if short.startswith("_rebuild_parameter") and isinstance(arguments[0], Tensor):
            return arguments[0]
        if short == "_rebuild_from_type_v2":
            return _called(arguments[0], arguments[2])
        if short == "Size" and arguments:
            return _shape(arguments[0])
    if name in ("collections.OrderedDict", "collections.defaultdict", "builtins.dict", "__builtin__.dict"):
        pairs = arguments[0] if arguments and isinstance(arguments[0], list) else []
        return {_key(pair[0]): pair[1] for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2}
    return Call(function, arguments)


def _all_of(arguments: tuple[object, ...]) -> str | None:
    """The key of the storage, where (storage, offset, size, stride, ...) is the whole of it in its order."""
    if len(arguments) < 4 or not isinstance(arguments[0], Storage) or arguments[1] != 0:
        return None
    elements, strides = 1, []
    for size in reversed(_shape(arguments[2])):
        strides.append(elements)
        elements *= size
    whole = elements == arguments[0].size and tuple(reversed(strides)) == arguments[3]
    return arguments[0].key if whole else None


def _storage(identity: object) -> object:
    """``("storage", class, key, location, size)``, by which torch refers to data outside of the pickle."""
    if isinstance(identity, tuple) and len(identity) >= 2 and identity[0] == "storage":
        kind = identity[1].name.rpartition(".")[2] if isinstance(identity[1], Global) else ""
        key, size = (identity[2], identity[4]) if len(identity) >= 5 else (None, None)
        return Storage(
            _STORAGES.get(kind), key if isinstance(key, str) else None, size if isinstance(size, int) else None
        )
    return identity


def _put(machine: _Machine, argument: object) -> None:
    machine.memo[int(str(argument))] = machine.stack[-1]


def _instance(machine: _Machine, function: object) -> None:
    machine.stack.append(Call(function, tuple(machine.items())))


def _global(name: object) -> Global:
    return Global(str(name).replace(" ", ".", 1))


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(Global(f"{module}.{name}" if isinstance(module, str) and isinstance(name, str) else ""))


def _tuple(machine: _Machine, size: int) -> None:
    if len(machine.stack) < size:
        raise UnreadablePickleError("the pickle takes more than it put down")
    machine.stack[-size:] = [tuple(machine.stack[-size:])]


def _object(machine: _Machine) -> None:
    function, *arguments = machine.items()
    machine.stack.append(Call(function, tuple(arguments)))


def _new_with_keywords(machine: _Machine) -> None:
    machine.pop()
    machine.call()


def _push(machine: _Machine, value: object) -> None:
    machine.stack.append(value)


def _dict(machine: _Machine) -> None:
    pairs = machine.items()
    machine.stack.append({})
    machine.fill(pairs)


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill([key, value])


_STEPS: dict[str, Callable[[_Machine, object], object]] = {
    "MARK": lambda m, _: _push(m, _MARK),
    "POP": lambda m, _: m.pop(),
    "POP_MARK": lambda m, _: m.items(),
    "DUP": lambda m, _: _push(m, m.stack[-1]),
    "EMPTY_LIST": lambda m, _: _push(m, []),
    "EMPTY_DICT": lambda m, _: _push(m, {}),
    "EMPTY_SET": lambda m, _: _push(m, []),
    "LIST": lambda m, _: _push(m, m.items()),
    "FROZENSET": lambda m, _: _push(m, m.items()),
    "TUPLE": lambda m, _: _push(m, tuple(m.items())),
    "TUPLE1": lambda m, _: _tuple(m, 1),
    "TUPLE2": lambda m, _: _tuple(m, 2),
    "TUPLE3": lambda m, _: _tuple(m, 3),
    "DICT": lambda m, _: _dict(m),
    "APPEND": lambda m, _: m.extend([m.pop()]),
    "APPENDS": lambda m, _: m.extend(m.items()),
    "ADDITEMS": lambda m, _: m.extend(m.items()),
    "SETITEM": lambda m, _: _set_item(m),
    "SETITEMS": lambda m, _: m.fill(m.items()),
    "GLOBAL": lambda m, argument: _push(m, _global(argument)),
    "STACK_GLOBAL": lambda m, _: _stack_global(m),
    "INST": lambda m, argument: _instance(m, _global(argument)),
    "OBJ": lambda m, _: _object(m),
    "REDUCE": lambda m, _: m.call(),
    "NEWOBJ": lambda m, _: m.call(),
    "NEWOBJ_EX": lambda m, _: _new_with_keywords(m),
    "BUILD": lambda m, _: m.set_state(),
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": lambda m, _: _put(m, len(m.memo)),
    "GET": lambda m, argument: _push(m, m.memo[int(str(argument))]),
    "BINGET": lambda m, argument: _push(m, m.memo[int(str(argument))]),
    "LONG_BINGET": lambda m, argument: _push(m, m.memo[int(str(argument))]),
    "PERSID": lambda m, argument: _push(m, _storage(argument)),
    "BINPERSID": lambda m, _: _push(m, _storage(m.pop())),
    "EXT1": lambda m, argument: _push(m, Global(f"extension {argument}")),
    "EXT2": lambda m, argument: _push(m, Global(f"extension {argument}")),
    "EXT4": lambda m, argument: _push(m, Global(f"extension {argument}")),
    "NEXT_BUFFER": lambda m, _: _push(m, None),
}
_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_NOTHING = frozenset({"PROTO", "FRAME", "STOP", "READONLY_BUFFER"})
