"""Copied as ``sitecustomize.py`` into the folder that a launched run finds first on its PYTHONPATH.

Starts the inside part of labjournal, gives the user his own ``sys.path`` back, then runs the ``sitecustomize`` that
this file shadows (Debian's, conda's, the user's own), whose errors surface exactly as without us.
"""

import os
import sys


def _start() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    # Last instead of first: an installed labjournal wins when the user imports it, and this one serves where none is.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    if os.environ.get("LABJOURNAL_RUN_ID") and os.environ.get("LABJOURNAL_RUN_DIR"):
        sys.path.insert(0, here)
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
            sys.path.remove(here)
    sys.path.append(here)


def _next() -> None:
    import _frozen_importlib
    import _frozen_importlib_external

    spec = _frozen_importlib_external.PathFinder.find_spec("sitecustomize", sys.path[:-1])
    if spec is None or spec.loader is None:
        return
    theirs = sys.modules["sitecustomize"] = _frozen_importlib.module_from_spec(spec)
    spec.loader.exec_module(theirs)


_start()
_next()
