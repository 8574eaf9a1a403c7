"""Handwritten digits as events of two classes, each with a prompt (coarse text) and its numbers (64 pixels).

scikit-learn carries 1,797 scanned digits of 8x8 pixels in its package (source: UCI, optical recognition of
handwritten digits). The digits 3, 8 and 9 are the signal, all others the background. The prompt tells how much ink
the rows and columns hold, in four words; the numbers are the pixels themselves, 0 to 16.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

SIGNAL_DIGITS = (3, 8, 9)
LABELS = ("background", "signal")
INK_WORDS = ("none", "little", "some", "much")


@dataclass(frozen=True)
class Event:
    image: int
    """Row in scikit-learn's data set: says whether two sets share an image."""
    prompt: str
    numbers: list[float]
    label: str


def ink_word(ink: float) -> str:
    """One of four words for the ink of a row or column of 8 pixels (0 to 128)."""
    return INK_WORDS[min(int(ink // 16), len(INK_WORDS) - 1)]


def make_prompt(pixels: list[float]) -> str:
    """The text a language model would be asked, for one image of 64 pixels given row by row."""
    rows = [sum(pixels[8 * row : 8 * row + 8]) for row in range(8)]
    columns = [sum(pixels[column::8]) for column in range(8)]
    lines = [
        f"{kind}{at}={ink_word(ink)}" for kind, inks in (("row", rows), ("col", columns)) for at, ink in enumerate(inks)
    ]
    return "[INST] Answer signal or background. " + " ".join(lines) + " [/INST]"


def write_events(path: Path, events: list[Event]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(event)) + "\n" for event in events), encoding="utf-8")


def read_events(path: Path) -> list[Event]:
    with path.open(encoding="utf-8") as lines:
        return [Event(**json.loads(line)) for line in lines]


def make_vocabulary(events: list[Event]) -> dict[str, int]:
    """A number for each word of the prompts; 0 is kept for words not seen in training."""
    words = sorted({word for event in events for word in event.prompt.split()})
    return {word: at for at, word in enumerate(words, start=1)}
