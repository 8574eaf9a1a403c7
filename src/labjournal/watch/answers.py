"""What the model answers while it trains, read off the criterion: predictions beside targets, from the graph.

loss_floor, prediction_collapse, saturated_outputs, class_imbalance. Each look takes at most ROWS rows; the verdict
comes at the end, over the last half of the looks, because every model starts as one that knows nothing.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from typing import Any, Callable, Dict, List, Optional, Tuple
from typing import Counter as Counts

import torch

from labjournal.watch import graph
from labjournal.watch.budget import curves_due
from labjournal.watch.findings import Findings
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Later

ROWS = 256
MIN_LOOKS = 20
MIN_STEPS = 300
"""Real steps before a model that has not learnt anything is called that."""
LATE_LOOKS = 8
"""In the last half of the steps, at least, for a word on where the loss stays."""
COVERED = 0.8
"""Of the steps, up to which there must have been looks: a plateau may be left right after the last one."""
FLOOR = 0.01
ONE_CLASS = 0.99
LABEL_SHARE = 0.9
SATURATED = 0.5
WRONG = 0.1
IMBALANCE = 10
IMBALANCE_ROWS = 500
MAX_CLASSES = 1000


class _Look:
    def __init__(self, step: int, loss: float) -> None:
        self.step = step
        self.loss = loss
        self.predicted: Counts[int] = Counter()
        self.rows = 0
        self.wrong = 0
        self.saturated = 0
        self.saturated_wrong = 0


class Answers:
    """Predictions and targets of the looks so far."""

    def __init__(self, findings: Findings, later: Later, scored: Callable[[int, List[float], float], None]) -> None:
        """``scored`` is told the probabilities of the answers of a batch and the share that is right, by step."""
        self._scored = scored
        self._findings = findings
        self._later = later
        self._looks: List[_Look] = []
        self._targets: Counts[int] = Counter()
        self._moments = [0.0, 0.0, 0.0]
        """Of the targets of a squared error: number, sum, sum of squares."""
        self._squared: List[Tuple[int, float]] = []
        self._weighted = False
        self.starved = False
        """The time allowed did not pay for looks at the last part of the run."""
        self._kinds: Counts[str] = Counter()

    def look(self, loss: Any, step: int) -> None:
        """Before a backward pass. Losses of several criteria say nothing about the floor of one."""
        nodes = [node for node, _ in graph.trunk(loss) if graph.kind(node).startswith(graph.CRITERIA[:-1])]
        if len(nodes) != 1:
            self._kinds["several" if nodes else "none"] += 1
            return
        node, name = nodes[0], graph.kind(nodes[0])
        self._kinds[name] += 1
        self._weighted |= graph.saved(node, "weight") is not None
        given, target = graph.saved(node, "self"), graph.saved(node, "target")
        if not isinstance(given, torch.Tensor) or not isinstance(target, torch.Tensor):
            return
        if loss.numel() != 1:
            return
        if name.startswith("MseLoss"):
            self._numbers(target, loss, step)
        elif name.startswith("NllLoss") and given.dim() == 2 and 2 <= given.shape[1] <= MAX_CLASSES:
            self._classes(given, target, loss, step, graph.saved(node, "ignore_index"))
        elif name.startswith("BinaryCrossEntropy") and given.numel() == given.shape[0] == target.numel():
            logits = given.reshape(-1).float()
            share = torch.sigmoid(logits) if name.endswith("WithLogits") else logits
            two = torch.stack([1 - share, share], 1).clamp_min(0).log()
            self._classes(two, target.reshape(-1), loss, step, None)

    def _numbers(self, target: Any, loss: Any, step: int) -> None:
        values = target.detach().reshape(-1)
        values = values[:: max(1, values.numel() // ROWS)][:ROWS].double()
        sums = torch.stack([loss.detach().double().reshape(()), values.sum(), values.square().sum()])
        count = values.numel()

        def landed(numbers: List[float]) -> None:
            self._squared.append((step, numbers[0]))
            for at, value in enumerate((count, numbers[1], numbers[2])):
                self._moments[at] += value

        self._later.give(sums, landed)

    def _classes(self, log_NC: Any, target: Any, loss: Any, step: int, ignored: Optional[int]) -> None:
        every = max(1, log_NC.shape[0] // ROWS)
        top = log_NC.detach()[::every][:ROWS].max(1)
        rows_N3 = torch.stack([top.indices.float(), target.detach()[::every][:ROWS].float(), top.values.float()], 1)
        ended = torch.cat([rows_N3.reshape(-1), loss.detach().float().reshape(1)])

        def landed(numbers: List[float]) -> None:
            look = _Look(step, numbers[-1])
            for at in range(0, len(numbers) - 1, 3):
                predicted, wanted, logarithm = numbers[at : at + 3]
                if wanted != int(wanted) or wanted == ignored or wanted < 0:
                    continue
                wrong, sure = predicted != wanted, logarithm == 0.0
                look.rows += 1
                look.predicted[int(predicted)] += 1
                look.wrong += wrong
                look.saturated += sure
                look.saturated_wrong += wrong and sure
                self._targets[int(wanted)] += 1
            self._looks.append(look)
            if curves_due(step) and look.rows:
                scores = [math.exp(min(0.0, one)) for one in numbers[2:-1:3]]
                self._scored(step, scores, 1 - look.wrong / look.rows)

        self._later.give(ended, landed)

    # -- at the end

    def end(self, real_steps: int, one_optimizer: bool) -> None:
        """``real_steps`` of the optimizer that took most. Where its last part was not looked at nothing is known."""
        last = max((look.step for look in self._looks[-1:]), default=0)
        last = max(last, *(step for step, _ in self._squared[-1:]), 0)
        self.starved = 0 < last < COVERED * real_steps
        if self.starved:
            return
        if self._squared:
            self._end_numbers(real_steps, one_optimizer)
        if len(self._looks) < MIN_LOOKS or not self._targets:
            return
        late = self._late()
        rows = sum(look.rows for look in late)
        total = sum(self._targets.values())
        if not rows:
            return
        self._imbalance(total)
        self._saturation(late, rows)
        if real_steps < MIN_STEPS or not one_optimizer:
            return
        predicted: Counts[int] = sum((look.predicted for look in late), Counter())
        top, times = predicted.most_common(1)[0]
        share = self._targets[top] / total
        shares = [count / total for count in self._targets.values()]
        entropy = -sum(part * math.log(part) for part in shares)
        plateau = self._stays([(look.step, look.loss) for look in self._looks], entropy) if not self._weighted else None
        stays = all(look.predicted[top] >= ONE_CLASS * look.rows for look in late[-3:])  # not a plateau just left
        if times > ONE_CLASS * rows and stays and share < LABEL_SHARE and len(self._targets) > 1:
            self._findings.say(
                "prediction_collapse",
                late[-1].step,
                f"{times} of {rows} answers in the last half of training are class {top}, as are {share:.0%} of the "
                "targets.",
                evidence={"answered": times, "of": rows, "class": top, "label_share": share},
                subject="the answers",
            )
        elif plateau is not None and len(shares) > 1 and not self._better_than_guessing(late, rows, max(shares)):
            self._say_floor(late[-1].step, plateau, entropy, "the entropy of the targets alone")

    def _late(self) -> List[_Look]:
        """Of the last half of the steps; looks are dense at the start, so half of the looks is not that."""
        late = [look for look in self._looks if 2 * look.step > self._looks[-1].step]
        return late if len(late) >= MIN_LOOKS // 2 else self._looks[len(self._looks) // 2 :]

    @staticmethod
    def _better_than_guessing(late: List[_Look], rows: int, majority: float) -> bool:
        right = 1 - sum(look.wrong for look in late) / rows
        return right > majority + 3 * math.sqrt(majority * (1 - majority) / rows)

    def _end_numbers(self, real_steps: int, one_optimizer: bool) -> None:
        count, total, squares = self._moments
        if len(self._squared) < MIN_LOOKS or real_steps < MIN_STEPS or not one_optimizer or not count:
            return
        variance = squares / count - (total / count) ** 2
        plateau = self._stays(self._squared, variance)
        if plateau is not None and variance > 0:
            self._say_floor(self._squared[-1][0], plateau, variance, "the variance of the targets")

    @staticmethod
    def _stays(losses: List[Tuple[int, float]], floor: float) -> Optional[float]:
        """The level of the last half of the steps (looks are dense at the start), if it is that floor, does not fall,
        and the loss has been looked at enough."""
        late = [value for step, value in losses if 2 * step > losses[-1][0]]
        if not all(map(math.isfinite, late)) or len(late) < LATE_LOOKS or floor <= 0:
            return None
        level, error = statistics.fmean(late), statistics.stdev(late) / math.sqrt(len(late))
        half = len(late) // 2
        falls = statistics.fmean(late[:half]) - statistics.fmean(late[half:])
        falls = max(falls, level - statistics.fmean(late[-5:]) - error)  # a plateau that has just been left
        near = abs(level - floor) <= max(FLOOR * floor, 2 * error)
        return level if near and falls <= 2 * error and error < 2 * FLOOR * floor else None

    def _say_floor(self, step: int, level: float, floor: float, what: str) -> None:
        self._findings.say(
            "loss_floor",
            step,
            f"The loss came to {level:.4g} and stays there: that is {what} ({floor:.4g}), which a model reaches that "
            "does not look at its inputs.",
            evidence={"level": level, "floor": floor, "explained_by": what},
            subject="the loss",
        )

    def _saturation(self, late: List[_Look], rows: int) -> None:
        saturated = sum(look.saturated for look in late)
        wrong = sum(look.saturated_wrong for look in late)
        if saturated > SATURATED * rows and wrong > WRONG * saturated:
            self._findings.say(
                "saturated_outputs",
                late[-1].step,
                f"{saturated} of {rows} answers in the last half of training have a probability of exactly 1, and "
                f"{wrong} of these are wrong.",
                evidence={"saturated": saturated, "of": rows, "wrong": wrong},
                subject="the answers",
            )

    def _imbalance(self, total: int) -> None:
        (most, many), (least, few) = self._targets.most_common(1)[0], self._targets.most_common()[-1]
        if total >= IMBALANCE_ROWS and len(self._targets) > 1 and many > IMBALANCE * few and not self._weighted:
            if len(self._targets) > 20:
                return  # words and other symbols are never in balance
            self._findings.say(
                "class_imbalance",
                self._looks[-1].step,
                f"Class {most} is {many} of {total} targets looked at, class {least} {few}; the loss has no weights.",
                evidence={"targets": total, "largest": many, "smallest": few, "classes": len(self._targets)},
                level=NOTICE,
                subject="the targets",
            )

    def seen(self) -> Dict[str, int]:
        """Kinds of criteria seen, for the account of what was not judged."""
        return dict(self._kinds)
