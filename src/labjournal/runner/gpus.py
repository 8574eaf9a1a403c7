"""Which GPUs a run gets when it asks for some and nobody queues: the ones least in use."""

from __future__ import annotations

from labjournal.errors import InputError


def pick(number: int) -> str:
    """The value of CUDA_VISIBLE_DEVICES for ``number`` GPUs. Raises InputError when there are fewer."""
    if number == 0:
        return ""
    from labjournal.machine.devices import NoGpus, gpus

    found = gpus()
    if isinstance(found, NoGpus):
        raise InputError(f"{number} GPUs were asked for (-G), but {found.reason}.", "Leave -G away to run without.")
    if len(found) < number:
        raise InputError(f"{number} GPUs were asked for (-G), but this machine has {len(found)}.")
    free_first = sorted(found, key=lambda gpu: (len(gpu.processes or ()), gpu.memory_used_bytes or 0, gpu.index))
    return ",".join(str(gpu.index) for gpu in sorted(free_first[:number], key=lambda gpu: gpu.index))
