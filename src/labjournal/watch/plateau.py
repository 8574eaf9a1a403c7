"""A schedule that waits for a plateau, told to look the wrong way: it takes each improvement for a standstill.

``ReduceLROnPlateau`` waits for the smallest value unless told otherwise. Fed with an accuracy it cuts the learning rate
while all goes well. A validation loss that rises looks the same in numbers, so what speaks is the name by which the
script hands the value over, and the value's own course.
"""

from __future__ import annotations

import linecache
import re
import sys
import weakref
from typing import Any, Optional

from labjournal.watch.findings import Findings

_CALL = re.compile(r"\.step\(\s*(?:metrics\s*=\s*)?([A-Za-z_][\w.]*(?:\[[^\]]*\])*)\s*[,)]")
_WORD = re.compile(r"[A-Za-z]+\d*")
_RISES = frozenset(
    "acc accs accuracy accuracies auc auroc f1 fscore dice iou miou precision recall bleu psnr ssim r2 mcc kappa ndcg "
    "mrr hits reward return".split()
)
_FALLS = frozenset("loss losses err error errors mse mae rmse nll ppl perplexity wer cer fid misfit".split())
_OURS = ("/labjournal/watch/", "/torch/optim/")


class _Fed:
    """What one schedule was stepped with: a few numbers, as some step it with every batch."""

    def __init__(self, rate: float, mode: str, value: float, name: str) -> None:
        self.rate = rate
        self.name = name
        self.mode = mode
        self.first = value
        self.mode_is_wrong = _wanted(name) not in ("", mode)
        self.improved = False
        """The other way than the schedule waits for."""
        self.said = False

    def take(self, value: float) -> None:
        self.improved = self.improved or (value > self.first if self.mode == "min" else value < self.first)


class Plateaus:
    """The plateau schedules of a process."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._fed: weakref.WeakKeyDictionary[Any, _Fed] = weakref.WeakKeyDictionary()

    def stepped(self, schedule: Any, value: Any, step: int) -> None:
        """Before a step of the schedule with ``value``; what it did with the values before shows in the rate."""
        if getattr(value, "is_cuda", False):  # to read it would make the host wait
            return
        fed = self._fed.get(schedule)
        if fed is None:
            fed = self._fed[schedule] = _Fed(_rate(schedule), schedule.mode, float(value), _name_of_value())
        if fed.said or not fed.mode_is_wrong:
            return
        fed.take(float(value))
        if fed.improved and 0 < (rate := _rate(schedule)) < fed.rate:
            fed.said = True
            self._say(type(schedule.optimizer).__name__, fed, float(value), rate, step)

    def _say(self, label: str, fed: _Fed, last: float, rate: float, step: int) -> None:
        waits_for = "smallest" if fed.mode == "min" else "largest"
        self._findings.say(
            "lr_collapsed",
            step,
            f"ReduceLROnPlateau waits for the {waits_for} value (mode='{fed.mode}') and is stepped with "
            f"{fed.name}, which went from {fed.first:.4g} to {last:.4g}: it takes that for a standstill and has cut "
            f"the learning rate of {label} from {fed.rate:g} to {rate:g}.",
            [(label, "")],
            {"mode": fed.mode, "value": fed.name, "first": fed.first, "last": last, "lr": rate, "peak": fed.rate},
            subject=label,
        )


def _rate(schedule: Any) -> float:
    return max((float(group["lr"]) for group in schedule.optimizer.param_groups), default=0.0)


def _wanted(name: str) -> str:
    """The mode for a value of this name; empty where the name does not tell."""
    words = {word.lower() for word in _WORD.findall(name)}
    rises, falls = bool(words & _RISES), bool(words & _FALLS)
    return "" if rises == falls else "max" if rises else "min"


def _name_of_value() -> str:
    """What the script's line calls the value it hands over; empty where that is more than a name."""
    frame: Optional[Any] = sys._getframe(1)
    while frame is not None and any(part in frame.f_code.co_filename for part in _OURS):
        frame = frame.f_back
    if frame is None:
        return ""
    found = _CALL.search(linecache.getline(frame.f_code.co_filename, frame.f_lineno))
    return found.group(1) if found else ""
