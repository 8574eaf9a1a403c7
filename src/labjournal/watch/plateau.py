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
from typing import Any, Dict, List, Optional

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
    def __init__(self, rate: float, name: str) -> None:
        self.rate = rate
        self.name = name
        self.values: List[float] = []
        self.said = False


class Plateaus:
    """The plateau schedules of a process."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._fed: weakref.WeakKeyDictionary[Any, _Fed] = weakref.WeakKeyDictionary()

    def stepped(self, schedule: Any, value: Any, step: int) -> None:
        """Before a step of the schedule with ``value``; what it did with the values before shows in the rate."""
        if getattr(value, "is_cuda", False):  # to read it would make the host wait
            return
        rate = max((float(group["lr"]) for group in schedule.optimizer.param_groups), default=0.0)
        fed = self._fed.get(schedule)
        if fed is None:
            fed = self._fed[schedule] = _Fed(rate, _name_of_value())
        fed.values.append(float(value))
        wrong = _wrong_way(schedule.mode, fed)
        if wrong and not fed.said and 0 < rate < fed.rate:
            fed.said = True
            self._say(schedule, fed, rate, step)

    def _say(self, schedule: Any, fed: _Fed, rate: float, step: int) -> None:
        label = type(schedule.optimizer).__name__
        waits_for = "smallest" if schedule.mode == "min" else "largest"
        first, last = fed.values[0], fed.values[-1]
        evidence: Dict[str, Any] = {"mode": schedule.mode, "value": fed.name, "first": first, "last": last, "lr": rate}
        self._findings.say(
            "lr_collapsed",
            step,
            f"ReduceLROnPlateau waits for the {waits_for} value (mode='{schedule.mode}') and is stepped with "
            f"{fed.name}, which went from {first:.4g} to {last:.4g}: it takes that for a standstill and has cut the "
            f"learning rate of {label} from {fed.rate:g} to {rate:g}.",
            [(label, "")],
            {**evidence, "peak": fed.rate},
            subject=label,
        )


def _wrong_way(mode: str, fed: _Fed) -> bool:
    """By its name the value should go the other way, and it did."""
    words = {word.lower() for word in _WORD.findall(fed.name)}
    if words & _RISES and not words & _FALLS:
        return mode == "min" and max(fed.values) > fed.values[0]
    return bool(words & _FALLS and not words & _RISES) and mode == "max" and min(fed.values) < fed.values[0]


def _name_of_value() -> str:
    """What the script's line calls the value it hands over; empty where that is more than a name."""
    frame: Optional[Any] = sys._getframe(1)
    while frame is not None and any(part in frame.f_code.co_filename for part in _OURS):
        frame = frame.f_back
    if frame is None:
        return ""
    found = _CALL.search(linecache.getline(frame.f_code.co_filename, frame.f_lineno))
    return found.group(1) if found else ""
