"""Names of the curves and environment variables that the inside part and the journal share."""

from __future__ import annotations

WATCH = "watch"
SYSTEM = "system"
"""What the machine says of a run: GPU, memory, disk."""
WEIGHT_NORM = "watch/weight_norm"
UPDATE_RATIO = "watch/update_ratio"
GRAD_NORM = "watch/grad_norm"
LEARNING_RATE = "watch/lr"
CHANGED = "watch/changed"
"""Share of the elements of a group that a step changed."""
WITH_GRADIENT = "watch/with_gradient"
"""Share of the elements of a group that belong to tensors with a gradient."""
BITS = "watch/bits"
"""Of a number of the group's tensors, their mean by elements: 32, 16, 8."""
SCORE = "watch/score"
"""What probability the model gives to its answers while it trains."""

ENV_RUN_ID = "LABJOURNAL_RUN_ID"
ENV_RUN_DIR = "LABJOURNAL_RUN_DIR"
ENV_JOURNAL_DIR = "LABJOURNAL_DIR"
ENV_ATTEMPT = "LABJOURNAL_ATTEMPT"
ENV_START_STEP = "LABJOURNAL_START_STEP"
"""The step of the checkpoint that an attempt goes on from."""
ENV_SUBJECT_RUN = "LABJOURNAL_SUBJECT_RUN"
ENV_CHECKPOINT = "LABJOURNAL_CHECKPOINT"
ENV_DATASET = "LABJOURNAL_DATASET"
ENV_OPTIONS = "LABJOURNAL_OPTIONS"
ENV_CODE_ROOT = "LABJOURNAL_CODE_ROOT"
"""Top of the repository whose files, when they are run, are held against what was recorded."""
ENV_FROZEN = "LABJOURNAL_FROZEN"
"""Path patterns of tensors that are declared frozen, one a line."""


def curve(quantity: str, module: str) -> str:
    """The tag of one quantity of one module, as ``watch/update_ratio/encoder.layer1``."""
    return f"{quantity}/{module}"
