"""What the supervisor notices of the machine under a run."""

from __future__ import annotations

from labjournal.checks.rule import CheckRule, table

SUSPENDED = CheckRule(
    rule="machine_suspended",
    level="notice",
    family="machine",
    means="The machine slept while the run was on it: the run stood still, and its times tell too much.",
    remedy="Nothing is lost. Keep the machine awake (systemd-inhibit, caffeinate) when the pace matters.",
    judged=(
        "By the supervisor, every 3 s: the clock since boot that counts sleep grew by 10 s more than the one that "
        "stands still in it. Each sleep is one finding, with its seconds."
    ),
)

RULES = table(SUSPENDED)
