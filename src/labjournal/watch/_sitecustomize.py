"""Copied as ``sitecustomize.py`` into the folder that a launched run finds first on its PYTHONPATH.

Starts the inside part of labjournal, gives the user his own ``sys.path`` back, then runs the ``sitecustomize`` that
this file shadows (Debian's, conda's, the user's own), whose errors surface exactly as without us.
"""

import _frozen_importlib
import _frozen_importlib_external
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict


class _Together(_frozen_importlib_external.SourceFileLoader):
    """Loads a module with the code that the launcher put beside the code of all others that every process loads.

    Where the file is missing or for another Python, nothing is known, and each module is found as any other.
    """

    known: "Dict[str, Any]" = {}  # noqa: RUF012 - typing is not imported for this
    here = ""
    """Where the folder lies now: the code names the place where it was made, which may have been moved."""

    @classmethod
    def read(cls, here: str) -> None:
        try:
            import marshal

            with open(os.path.join(here, "always.code"), "rb", 0) as file:  # noqa: PTH123 - pathlib takes 5 ms
                content = file.read()
            magic = _frozen_importlib_external.MAGIC_NUMBER
            if content.startswith(magic):
                cls.known, cls.here = marshal.loads(content[len(magic) :]), here
        except (OSError, ValueError, EOFError, TypeError):
            return

    @classmethod
    def find_spec(cls, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        code = cls.known.get(name)
        if code is None:
            return None
        file = f"{cls.here}/labjournal/{code.co_filename.rpartition('/labjournal/')[2]}"
        package = [os.path.dirname(file)] if file.endswith("__init__.py") else None
        return _frozen_importlib_external.spec_from_file_location(
            name, file, loader=cls(name, file), submodule_search_locations=package
        )

    def get_code(self, fullname: str) -> "Any":
        return self.known.get(fullname) or super().get_code(fullname)


def _start() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    # Last instead of first: an installed labjournal wins when the user imports it, and this one serves where none is.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    if os.environ.get("LABJOURNAL_RUN_ID") and os.environ.get("LABJOURNAL_RUN_DIR"):
        sys.path.insert(0, here)
        _Together.read(here)
        sys.meta_path.insert(0, _Together)
        try:
            import labjournal.watch.start

            # `labjournal` is loaded from here now; what only a whole installation has is found behind it.
            for path in sys.path[1:]:
                other = os.path.join(path, "labjournal")
                if os.path.isfile(os.path.join(other, "cli", "__init__.py")):
                    labjournal.__path__.append(other)
            labjournal.watch.start.begin()
        except Exception:  # noqa: BLE001 - the user's program goes first, always
            pass
        finally:
            sys.meta_path.remove(_Together)
            _Together.known = {}
            sys.path.remove(here)
    sys.path.append(here)


def _next() -> None:
    spec = _frozen_importlib_external.PathFinder.find_spec("sitecustomize", sys.path[:-1])
    if spec is None or spec.loader is None:
        return
    theirs = sys.modules["sitecustomize"] = _frozen_importlib.module_from_spec(spec)
    spec.loader.exec_module(theirs)


_start()
_next()
