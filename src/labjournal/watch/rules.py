"""What the inside part can find, as data: what it means and what to try."""

from __future__ import annotations

from typing import Dict

from labjournal.watch.rule import ALARM, NOTICE, WARNING, Rule
from labjournal.watch.rules_training import TRAINING
from labjournal.watch.rules_weights import WEIGHTS

RULES: Dict[str, Rule] = {rule.slug: rule for rule in (*WEIGHTS, *TRAINING)}

__all__ = ["ALARM", "NOTICE", "RULES", "WARNING", "Rule"]
