"""Validate a checkpoint by generation: each data set, with the numbers and without; unknown answers are counted.

python validate.py --checkpoint out/train/checkpoint-120 --data 1:1=out/data/val-1-1.jsonl --numeric on off
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from fusion import Adapter, Fused, load_base, load_weights, with_lora
from prompts import ANSWERS, BACKGROUND, SIGNAL, Standard, batch_of, read

import labjournal

_BATCH = 200


@dataclass(frozen=True)
class Counts:
    """Answers by true class; what is neither word is unknown."""

    matrix: dict[str, dict[str, int]]

    @classmethod
    def of(cls, true: Sequence[str], said: Sequence[str]) -> Counts:
        rows = {word: dict.fromkeys((*ANSWERS, "unknown"), 0) for word in ANSWERS}
        for label, answer in zip(true, said, strict=True):
            rows[label][answer if answer in ANSWERS else "unknown"] += 1
        return cls(rows)

    def support(self, word: str) -> int:
        return sum(self.matrix[word].values())

    @property
    def accuracy(self) -> float:
        return sum(self.matrix[word][word] for word in ANSWERS) / sum(map(self.support, ANSWERS))

    @property
    def unknown(self) -> int:
        return sum(row["unknown"] for row in self.matrix.values())

    @property
    def sic(self) -> float:
        """``eps_S / sqrt(eps_B)``; nan where a class is empty or no background passes."""
        if not all(map(self.support, ANSWERS)) or not self.matrix[BACKGROUND][SIGNAL]:
            return math.nan
        eps_s = self.matrix[SIGNAL][SIGNAL] / self.support(SIGNAL)
        return eps_s / math.sqrt(self.matrix[BACKGROUND][SIGNAL] / self.support(BACKGROUND))

    def scores(self, word: str) -> tuple[float, float, float]:
        """Precision, recall, F1; 0 where nothing was said or there is nothing to find."""
        said = sum(row[word] for row in self.matrix.values())
        right = self.matrix[word][word]
        precision = right / said if said else 0.0
        recall = right / self.support(word) if self.support(word) else 0.0
        return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0

    def report(self) -> str:
        """As scikit-learn prints it; a class without events does not enter the macro mean."""
        lines = [f"{'':>14}{'precision':>11}{'recall':>11}{'f1-score':>11}{'support':>11}", ""]
        rows = [(word, *self.scores(word), self.support(word)) for word in ANSWERS if self.support(word)]
        n = sum(row[-1] for row in rows)
        means = {
            "macro avg": [sum(row[k] for row in rows) / len(rows) for k in (1, 2, 3)],
            "weighted avg": [sum(row[k] * row[-1] for row in rows) / n for k in (1, 2, 3)],
        }
        lines += [f"{name:>14}" + "".join(f"{v:>11.2f}" for v in values) + f"{s:>11}" for name, *values, s in rows]
        lines += ["", f"{'accuracy':>14}{'':>22}{self.accuracy:>11.2f}{n:>11}"]
        lines += [f"{name:>14}" + "".join(f"{v:>11.2f}" for v in values) + f"{n:>11}" for name, values in means.items()]
        return "\n".join(lines)


def load(folder: Path, base: str | None, device: torch.device) -> tuple[Any, Fused, Standard, dict[str, Any]]:
    """All that ``checkpoint.json`` says of the model, built and filled; ``folder`` may be any file in it."""
    folder = folder if folder.is_dir() else folder.parent
    about = json.loads((folder / "checkpoint.json").read_text())
    precision = "fp32" if device.type == "cpu" else "bf16"
    tokenizer, language = load_base(base or about["base"], precision, about["quantised"])
    rank, alpha, dropout = about["lora"]
    standard = Standard(*(torch.tensor(part, dtype=torch.float64) for part in about["numbers"]))
    lora = with_lora(language, rank, alpha, dropout)
    adapter = None
    if about["nfa"]:
        embedding = lora.get_input_embeddings().weight
        size = float(embedding.detach().float().std())
        adapter = Adapter(about["nfa"], len(standard.mean), about["nfa_width"], embedding.shape[1], size)
    model = Fused(lora, adapter).to(device)
    load_weights(model, folder)
    return tokenizer, model.eval(), standard, about


def answers(
    model: Fused, tokenizer: Any, standard: Standard, about: dict[str, Any], events: list[dict[str, Any]], numeric: bool
) -> Iterator[str]:
    device = next(model.parameters()).device
    style, decimals = about["prompt"]
    for begin in range(0, len(events), _BATCH):
        some = events[begin : begin + _BATCH]
        batch = batch_of(some, tokenizer, standard(some), style, decimals)
        yield from model.answers(tokenizer, **batch.to(device), numeric=numeric)


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)  # the same numbers on every machine
    tokenizer, model, standard, about = load(asked.checkpoint, asked.base, device)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, _, path in (one.partition("=") for one in asked.data):
        events = read(Path(path))
        true = [event["label"] for event in events]
        for numeric in asked.numeric:
            begin = time.monotonic()
            said = list(answers(model, tokenizer, standard, about, events, numeric == "on"))
            counts = Counts.of(true, said)
            file = asked.out / f"{Path(path).stem}-{numeric}.jsonl"
            rows = zip(events, said, strict=True)
            lines = (json.dumps({"id": e["hash"], "label": e["label"], "prediction": word}) for e, word in rows)
            file.write_text("\n".join(lines) + "\n")
            took = time.monotonic() - begin
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            for event, word in zip(events[:3], said, strict=False):
                labjournal.sample({"hash": event["hash"], "M_jj": event["M_jj"]}, word, label=event["label"])
            labjournal.result(
                dataset=name,
                checkpoint=str(asked.checkpoint),
                predictions=(true, said),
                options={"numeric": numeric},
                file=str(file),
                unknown=counts.unknown,
                **{f"correct_{word}": counts.matrix[word][word] for word in ANSWERS},
            )
            labjournal.event(f"answers to {name}, numeric {numeric}: {file.name}, sha256 {digest}, {took:.1f} s")
            report = file.with_suffix(".txt")  # several in one output would not say which data they are of
            report.write_text(f"{counts.report()}\nunknown answers: {counts.unknown}   SIC: {counts.sic:.4f}\n")
            print(f"{name}, numeric {numeric}: answers in {file}, report in {report}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", help="default: the one the checkpoint was trained on")
    parser.add_argument("--data", nargs="+", required=True, help="NAME=FILE")
    parser.add_argument("--numeric", nargs="+", choices=("on", "off"), default=["on"])
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
