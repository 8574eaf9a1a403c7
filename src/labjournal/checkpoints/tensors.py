"""Names, types and shapes of the tensors in a checkpoint, read without running anything that stands in it.

A pickle is a program. It is never loaded here: ``outline`` follows its opcodes and notes what would be built. Zip
entries are read only up to a limit, and only when their stated size is believable, so a bomb costs no more than that.
"""

from __future__ import annotations

import ast
import struct
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from labjournal.checkpoints.find import weights_in
from labjournal.checkpoints.formats import safetensors_header
from labjournal.checkpoints.outline import Call, Tensor, UnreadablePickleError, outline, outline_at

_PICKLE_LIMIT_BYTES = 32_000_000
_DIRECTORY_LIMIT_BYTES = 64_000_000
_RATIO_LIMIT = 200
_SMALL_BYTES = 100_000
"""The pickle of a state without tensors has some hundred bytes."""
UNREADABLE = (
    OSError, UnreadablePickleError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""The last seven are what zipfile raises for damage in a directory, a name, a length, a flag."""
_MOST_TENSORS = 200_000
_MOST_NODES = 300_000
_DEEPEST = 32
_NOT_WEIGHTS = tuple("optim scheduler lr_sched rng random_state scaler callbacks loops hyper_param hparams amp".split())
_OLD_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_WRAPPERS = {
    (name,) for name in "state_dict model_state_dict model_state model module net network weights params".split()
}
_MODULE_PARTS = frozenset({"_parameters", "_buffers", "_modules", "__dict__"})


class TensorInfo(NamedTuple):
    """Type as torch spells it without its prefix (``float32``), None where it is not told; sizes of each axis."""

    dtype: str | None
    shape: tuple[int, ...]


_SAFETENSORS_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64", "BOOL": "bool",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "C64": "complex64",
}  # fmt: skip


def tensor_names(path: Path) -> dict[str, TensorInfo] | None:
    """The tensors of a checkpoint by name in the order of the file; None when they cannot be read.

    Reads safetensors, files of ``torch.save`` (state dicts, dicts of them, whole modules, TorchScript; the old
    format without zip as well), ``.npz``, and folders of such. The wrapper around a state dict (``model``,
    ``state_dict``) is not part of the names when it holds all of the weights. Optimizer states are left out.
    """
    try:
        if path.is_dir():
            return _of_folder(path)
        with path.open("rb") as file:
            head = file.read(8)
        if path.suffix.lower() == ".safetensors":
            return _of_safetensors(path)
        if head.startswith(b"PK\3\4"):
            return _of_zip(path)
        if head.startswith(b"\x80"):
            return _of_old_torch(path)
    except UNREADABLE:
        return None
    return None


def is_empty_state(path: Path) -> bool:
    """Whether a file of ``torch.save`` is the state dict of a module and holds not one tensor.

    A state dict carries its ``_metadata``, even an empty one; an optimizer's or a list of losses does not.
    """
    try:
        if _directory_bytes(path) > _DIRECTORY_LIMIT_BYTES:
            return False
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            pickles = [entry for entry in entries if entry.filename.endswith("/data.pkl")]
            if len(pickles) != 1 or any("/data/" in entry.filename for entry in entries):
                return False
            return pickles[0].file_size < _SMALL_BYTES and b"_metadata" in _read(archive, pickles[0])
    except UNREADABLE:
        return False


def _of_folder(folder: Path) -> dict[str, TensorInfo] | None:
    found: dict[str, TensorInfo] = {}
    for part in weights_in(folder):
        names = tensor_names(part)
        if names is None:
            return None
        found.update(names)
    return found or None


def _of_safetensors(path: Path) -> dict[str, TensorInfo] | None:
    header = safetensors_header(path)
    if header is None:
        return None
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or not isinstance(entry, dict):
            continue
        shape, dtype = entry.get("shape"), entry.get("dtype")
        if not isinstance(shape, list) or not all(type(size) is int for size in shape):
            return None
        found[name] = TensorInfo(_SAFETENSORS_TYPES.get(dtype, dtype) if isinstance(dtype, str) else None, tuple(shape))
    return found


def _of_zip(path: Path) -> dict[str, TensorInfo] | None:
    tensors = outlined(path)
    if tensors is not None or _directory_bytes(path) > _DIRECTORY_LIMIT_BYTES:
        return _infos(tensors)
    with zipfile.ZipFile(path) as archive:
        arrays = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        if arrays and len(arrays) <= _MOST_TENSORS:
            found = {entry.filename[:-4]: _of_npy(archive, entry) for entry in arrays}
            return {name: info for name, info in found.items() if info is not None}
    return None


def outlined(path: Path) -> dict[str, Tensor] | None:
    """The tensors in the pickle of a zip of ``torch.save``. Raises one of UNREADABLE."""
    if _directory_bytes(path) > _DIRECTORY_LIMIT_BYTES:
        return None
    with zipfile.ZipFile(path) as archive:
        pickles = [entry for entry in archive.infolist() if entry.filename.rpartition("/")[2] == "data.pkl"]
        if not pickles:
            return None
        return flatten(outline(_read(archive, min(pickles, key=lambda entry: entry.filename.count("/")))))


def _directory_bytes(path: Path) -> int:
    """Length of the directory as the end of the zip states it; ``zipfile`` reads that much into memory."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        return 0
    length = int(struct.unpack("<I", tail[at + 12 : at + 16])[0])
    at_64 = tail.rfind(b"PK\6\6", 0, at)
    if length == 0xFFFFFFFF and at_64 >= 0 and len(tail) >= at_64 + 48:
        return int(struct.unpack("<Q", tail[at_64 + 40 : at_64 + 48])[0])
    return length


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > _PICKLE_LIMIT_BYTES:
        raise UnreadablePickleError("the pickle is too large to be looked through")
    if entry.file_size > _RATIO_LIMIT * max(entry.compress_size, 1_000):
        raise UnreadablePickleError("the pickle is packed too tightly to be a checkpoint")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadablePickleError("the pickle is packed in a way that torch does not use")
    with archive.open(entry) as file:
        content = file.read(_PICKLE_LIMIT_BYTES + 1)  # the stated size may lie
    if len(content) > _PICKLE_LIMIT_BYTES:
        raise UnreadablePickleError("the pickle is too large to be looked through")
    return content


def _of_npy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> TensorInfo | None:
    """Type and shape from the head of an ``.npy`` file (NEP 1)."""
    with archive.open(entry) as file:
        start = file.read(12)
        if not start.startswith(b"\x93NUMPY") or len(start) < 12:
            return None
        old = start[6] == 1
        length = struct.unpack("<H", start[8:10])[0] if old else struct.unpack("<I", start[8:12])[0]
        text = start[10:] if old else b""
        text += file.read(max(0, min(length, 65_536) - len(text)))
    try:
        header = ast.literal_eval(text.decode("latin-1").strip())
        shape, kind = header["shape"], header["descr"]
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        return None
    if not isinstance(shape, tuple) or not all(type(size) is int for size in shape):
        return None
    return TensorInfo(_numpy_type(kind), shape)


def _numpy_type(kind: object) -> str | None:
    """``<f4`` as ``float32``."""
    if not isinstance(kind, str):
        return None
    code, width = kind.lstrip("<>|=")[:1], kind.lstrip("<>|=")[1:]
    names = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
    if code == "b":
        return "bool"
    return f"{names[code]}{int(width) * 8}" if code in names and width.isdigit() else kind


def _of_old_torch(path: Path) -> dict[str, TensorInfo] | None:
    """The format before torch 1.6: pickles in a row (magic number, protocol, system, the object), then data."""
    with path.open("rb") as file:
        content = file.read(_PICKLE_LIMIT_BYTES)
    first, position = outline_at(content, 0)
    if first != _OLD_TORCH_MAGIC:
        return _infos(flatten(first))  # an ordinary pickle, of a dictionary of numpy arrays say
    for _ in ("protocol", "system", "object"):
        value, position = outline_at(content, position)
    return _infos(flatten(value))


def _infos(tensors: dict[str, Tensor] | None) -> dict[str, TensorInfo] | None:
    return {name: TensorInfo(one.dtype, one.shape) for name, one in tensors.items()} if tensors else None


_Path = tuple[str, ...]


def flatten(value: object) -> dict[str, Tensor] | None:
    """All tensors of an outlined object under dotted names; None when there is none."""
    found: dict[_Path, Tensor] = {}
    waiting: list[tuple[_Path, object]] = [((), value)]
    nodes = 0
    while waiting:
        path, node = waiting.pop()
        nodes += 1
        if nodes > _MOST_NODES or len(found) > _MOST_TENSORS or len(path) > _DEEPEST:
            return None  # shared containers can make a small pickle name more than a disk holds
        if isinstance(node, Tensor):
            found[path] = node
        elif isinstance(node, Call) and isinstance(node.state, dict | Tensor):
            waiting.append((path, node.state))
        elif isinstance(node, dict):
            waiting += [((*path, *step), child) for step, child in reversed(_children(node, at_top=not path))]
    return {".".join(path): info for path, info in _without_wrapper(found).items()} or None


def _children(node: dict[object, object], at_top: bool) -> list[tuple[_Path, object]]:
    """What lies in a dictionary, each with what it adds to the name: nothing for the inner parts of a module."""
    children: list[tuple[_Path, object]] = []
    for key, child in node.items():
        if not isinstance(key, str | int):
            continue
        word = str(key).lower()
        if at_top and word.startswith(_NOT_WEIGHTS) and not (isinstance(child, Tensor) and "." in word):
            continue  # but "optimizer_head.weight" is a weight
        children.append((() if key in _MODULE_PARTS else (str(key),), child))
    return children


def _without_wrapper(found: dict[_Path, Tensor]) -> dict[_Path, Tensor]:
    """The paths without their first part when everything lies in one dictionary called ``model`` or so."""
    firsts = {path[:1] for path in found}
    if len(firsts) == 1 and firsts <= _WRAPPERS and all(len(path) > 1 for path in found):
        return {path[1:]: info for path, info in found.items()}
    return found
