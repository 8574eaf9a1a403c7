"""Makes the folder for a run's PYTHONPATH: ``sitecustomize.py`` and ``labjournal`` reduced to the inside part.

Used by the launcher. The folder is made once per state of the sources and then only looked at: its name carries the
version and a checksum over name, size and time of every file copied. Copies, not links: a run keeps what it was
started with when labjournal is upgraded under it.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import List, Tuple

import labjournal
from labjournal.errors import JournalUnavailableError

_TOP = ("__init__.py", "errors.py", "tags.py", "facts.py", "py.typed")
_LAUNCHER_ONLY = ("boot.py", "_sitecustomize.py")
_ALWAYS_LOADED = (
    "__init__",
    *(f"watch/{name}" for name in ("__init__", "start", "outbox", "audit", "imports", "masking")),
)
_NEARLY_ALWAYS = ("watch/files", "watch/sources")
"""Loaded as soon as a file of the repository is run."""


def prepare(folder: Path) -> Path:
    """The PYTHONPATH folder under the cache folder ``folder``, made if it is not there yet.

    Raises JournalUnavailableError when it cannot be written.
    """
    source = Path(__file__).parents[1]  # inside a run, labjournal.__file__ is that of the inside part
    files = _files(source)
    target = folder / f"inside-{labjournal.__version__}-{_fingerprint(source, files):08x}"
    if (target / "sitecustomize.py").is_file():
        return target
    import shutil  # 4 ms with tempfile, and nearly every launch finds the folder made
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".inside-", dir=folder))
    except OSError as error:
        raise JournalUnavailableError(
            f"The folder of the watch cannot be made in {folder}: {error.strerror}.",
            "The run can be launched without it; its weights are then not watched.",
        ) from error
    try:
        for source_name, target_name in files:
            (made / target_name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / source_name, made / target_name)
        _compile(made, target)
        made.chmod(0o755)  # mkdtemp's 0700 would shut out another user of the same journal
        os.replace(made, target)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        if not (target / "sitecustomize.py").is_file():  # else another launcher was quicker
            raise JournalUnavailableError(
                f"The folder of the watch cannot be made in {folder}: {error.strerror}.",
                "The run can be launched without it; its weights are then not watched.",
            ) from error
    return target


def _files(source: Path) -> List[Tuple[str, str]]:
    """Each file to copy as (name below the package, name below the target folder)."""
    files = [(name, f"labjournal/{name}") for name in _TOP]
    with os.scandir(source / "watch") as entries:
        names = sorted(entry.name for entry in entries if entry.name.endswith(".py"))
    files += [(f"watch/{name}", f"labjournal/watch/{name}") for name in names if name not in _LAUNCHER_ONLY]
    files.append(("watch/_sitecustomize.py", "sitecustomize.py"))
    return files


def _fingerprint(source: Path, files: List[Tuple[str, str]]) -> int:
    checksum = 0
    for name, _ in files:
        stat = os.stat(f"{source}/{name}")
        checksum = zlib.crc32(f"{name} {stat.st_size} {stat.st_mtime_ns}".encode(), checksum)
    return checksum


def _compile(folder: Path, target: Path) -> None:
    """Byte code for this Python; others write theirs when they first come by.

    What every process loads stands together in one file (see ``_sitecustomize``): seven less to find and to open.
    """
    import marshal
    import py_compile
    from importlib.util import MAGIC_NUMBER

    for name in ("sitecustomize.py", *(f"labjournal/{name}.py" for name in (*_ALWAYS_LOADED, *_NEARLY_ALWAYS))):
        py_compile.compile(str(folder / name), doraise=False, quiet=2)
    code = {}
    for name in _ALWAYS_LOADED:
        source = (folder / "labjournal" / f"{name}.py").read_bytes()
        module = ".".join(["labjournal", *(part for part in name.split("/") if part != "__init__")])
        code[module] = compile(source, f"{target}/labjournal/{name}.py", "exec", dont_inherit=True)
    (folder / "always.code").write_bytes(MAGIC_NUMBER + marshal.dumps(code))
