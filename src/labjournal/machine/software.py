"""What a run ran on and with: host, Python, packages. Nothing here starts a process or imports a package."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from labjournal.facts import host_name
from labjournal.machine.devices import NoGpus, gpus

_DIST_INFO = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py\d[^-]*)?\.(?:dist-info|egg-info)")


class Environment(TypedDict):
    """The host and the Python of this process, ready for JSON; None is what cannot be known."""

    host: str
    platform: str
    python: str
    executable: str
    virtual_env: str | None
    conda_env: str | None
    cpu_count: int
    """Cores this process may use: affinity, not what the machine has."""
    memory_bytes: int | None
    gpus: list[str] | None
    """Names; None when they were not asked for, [] when there are none."""
    gpu_problem: str | None


def environment(with_gpus: bool = False) -> Environment:
    """Describe where this process runs. ``with_gpus`` asks the driver, which takes 10 to 500 ms."""
    listed = gpus() if with_gpus else None
    return {
        "host": host_name(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "executable": sys.executable,
        "virtual_env": os.environ.get("VIRTUAL_ENV") or (sys.prefix if sys.prefix != sys.base_prefix else None),
        "conda_env": os.environ.get("CONDA_PREFIX"),
        "cpu_count": cpu_count(),
        "memory_bytes": memory_bytes(),
        "gpus": None if listed is None else [] if isinstance(listed, NoGpus) else [gpu.name for gpu in listed],
        "gpu_problem": listed.reason if isinstance(listed, NoGpus) else None,
    }


def cpu_count() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int | None:
    """Memory of the machine."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def packages_on(search_path: Iterable[str]) -> dict[str, str]:
    """Name to version of the packages that a ``sys.path`` offers; the first folder wins, as at import.

    Only the names of ``*.dist-info`` and ``*.egg-info`` are read: 300 packages take 1 ms, where
    ``importlib.metadata`` opens 300 files. Names are in the normal form of PEP 503 (``scikit-learn``).
    """
    found: dict[str, str] = {}
    for folder in dict.fromkeys(search_path):
        try:
            entries = sorted(os.listdir(folder or "."))
        except OSError:  # zip files, folders that are gone
            continue
        here: dict[str, str] = {}
        for entry in entries:
            match = _DIST_INFO.fullmatch(entry)
            if match and not entry.startswith("~"):  # pip leaves ~ames behind when it is interrupted
                here[re.sub(r"[-_.]+", "-", match["name"]).lower()] = match["version"].replace("_", "-")
        found = {**here, **found}
    return dict(sorted(found.items()))


def installed_packages(python: Path | str) -> dict[str, str]:
    """Name to version of the packages of an interpreter, found by its folders without starting it.

    What PYTHONPATH or ``.pth`` files add is not seen; a process reports its own ``packages_on(sys.path)``.
    """
    return packages_on(site_folders(python))


def site_folders(python: Path | str) -> list[str]:
    """The ``site-packages`` of an interpreter: of its virtual environment, and of its base where that is let in."""
    prefix = Path(os.path.abspath(python)).parent.parent
    folders = _library_folders(prefix)
    try:
        config = (prefix / "pyvenv.cfg").read_text("utf-8", "replace")
    except OSError:
        base = Path(os.path.realpath(python)).parent.parent
        return folders if folders or base == prefix else _library_folders(base)
    settings = dict(re.findall(r"(?m)^\s*([\w-]+)\s*=\s*(.*?)\s*$", config))
    if settings.get("include-system-site-packages", "").lower() == "true" and "home" in settings:
        folders += _library_folders(Path(settings["home"]).parent)
    return folders


def _library_folders(prefix: Path) -> list[str]:
    patterns = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "local/lib/python3*/dist-packages",
                "lib/python3*/dist-packages", "lib/python3/dist-packages")  # fmt: skip
    found = {os.path.realpath(path): str(path) for pattern in patterns for path in sorted(prefix.glob(pattern))}
    return list(found.values())
