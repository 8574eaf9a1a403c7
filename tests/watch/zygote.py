"""Starts many programs from one process that has imported torch: each in a fork, with the watch begun there.

``python zygote.py`` reads one JSON object a line (run folder, working folder, argv, environment, hook) and answers one
(exit code, output, error output). A fork costs 0.1 s where a new Python with torch costs 2 to 4. How the watch gets
into a fresh process is tested elsewhere (test_sitecustomize); a forked one meets the same hooks, set after the import.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import sys
import tempfile
from typing import Any, NoReturn


def child(job: dict[str, Any], out: int, err: int) -> NoReturn:
    """Become the program, exit handlers included."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    if job["hook"]:
        from labjournal.watch import start

        start.begin()
    sys.argv = job["argv"]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - for the life of the process
    code = 0
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does it
        sys.excepthook(*sys.exc_info())
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking the interpreter apart would touch, and so copy, all that the fork shares: 3 s


def main() -> None:
    import torch
    import torch._dynamo  # the first step of any optimizer loads it, which takes 2 s

    import labjournal.watch.session  # noqa: F401

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if not pid:
                child(job, out.fileno(), err.fileno())
            _, status = os.waitpid(pid, 0)
            answer: dict[str, Any] = {"returncode": os.waitstatus_to_exitcode(status)}
            for name, file in (("stdout", out), ("stderr", err)):
                file.seek(0)
                answer[name] = file.read().decode("utf-8", "replace")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
