"""A SLURM of one machine for tests: on loopback, in a folder of its own, without systemd and without files in /etc.

``cluster()`` is None, with a reason, where it cannot be had. Its daemons are ended by their numbers.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DAEMONS = ("slurmctld", "slurmd", "munged")
_SBIN = ("/usr/sbin", "/sbin")
GPUS = 2
_CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={dir}/munge/sock
SlurmctldPort={ports[0]}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.pid
SlurmctldLogFile={dir}/slurmctld.log
SlurmdLogFile={dir}/slurmd.log
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=10000
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
GresTypes=gpu
SlurmdParameters=config_overrides
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
MinJobAge=600
KillWait=5
InactiveLimit=0
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=4 RealMemory=2000 Gres=gpu:fake:{gpus}
PartitionName=main Nodes=ALL Default=YES MaxTime=01:00:00 DefaultTime=00:10:00 DefMemPerCPU=100 State=UP
PartitionName=other Nodes=ALL MaxTime=00:30:00 State=UP
"""


def missing() -> str | None:
    """Why no cluster can be started here; None when one can."""
    if os.getuid() != 0:
        return "a SLURM of its own needs root"
    lacking = [name for name in (*_DAEMONS, "sbatch") if _which(name) is None]
    return f"not installed: {', '.join(lacking)} (packages slurm-wlm and munge)" if lacking else None


def _which(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_SBIN]))


@contextmanager
def running() -> Iterator[Path]:
    """A cluster whose node is idle; yields its slurm.conf, which SLURM_CONF has to name."""
    with tempfile.TemporaryDirectory(prefix="ljslurm", ignore_cleanup_errors=True) as name:  # munge: short paths only
        folder = Path(name)
        try:
            config = _start(folder)
            yield config
        finally:
            _stop(folder)


def _start(folder: Path) -> Path:
    folder.chmod(0o755)
    for part in ("munge", "state", "spool", "dev"):
        (folder / part).mkdir()
    (folder / "munge").chmod(0o711)  # the socket's folder has to be searchable by all
    (folder / "munge/key").write_bytes(os.urandom(128))
    (folder / "munge/key").chmod(0o400)
    munge = [f"--{kind}={folder}/munge/{file}" for kind, file in (("key-file", "key"), ("socket", "sock"))]
    munge += [f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/munge/seed"]
    _run("munged", "--force", *munge)
    for number in range(GPUS):  # slurmd wants character devices; a link to /dev/null passes
        (folder / f"dev/gpu{number}").symlink_to("/dev/null")
    gpus = "".join(f"NodeName=n1 Name=gpu Type=fake File={folder}/dev/gpu{number}\n" for number in range(GPUS))
    (folder / "gres.conf").write_text(gpus)
    config = folder / "slurm.conf"
    host = socket.gethostname().split(".")[0]
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    config.write_text(_CONFIG.format(dir=folder, host=host, user=user, ports=_free_ports(2), gpus=GPUS))
    _run("slurmctld", "-i", "-f", str(config))
    _run("slurmd", "-N", "n1", "-f", str(config))
    environment = {**os.environ, "SLURM_CONF": str(config)}
    deadline = time.monotonic() + 60
    while True:
        words = ["sinfo", "-h", "-N", "-p", "main", "-o", "%T"]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=False)
        if done.stdout.strip() == "idle":
            return config
        if time.monotonic() > deadline:
            raise RuntimeError(f"the node is not idle: {done.stdout}{done.stderr}\n{_logs(folder)}")
        time.sleep(0.1)


def _run(name: str, *words: str) -> None:
    program = _which(name)
    assert program is not None
    subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=60)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _logs(folder: Path) -> str:
    return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(folder.glob("*.log")))


def _stop(folder: Path) -> None:
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    if (folder / "slurmctld.pid").exists():
        for words in (["scancel", "-u", str(os.getuid())], ["squeue", "-h"]):
            subprocess.run(words, env=environment, capture_output=True, timeout=30, check=False)
    for daemon in ("slurmd", "slurmctld", "munged"):
        try:
            pid = int((folder / f"{daemon}.pid").read_text())
        except (OSError, ValueError):
            continue
        _end(pid)


def _end(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
