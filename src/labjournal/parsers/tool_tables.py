"""Tables that two tools draw in a way of their own: lm-eval's tasks, Stable-Baselines' sections."""

from __future__ import annotations

import re

from labjournal.parsers.base import Draft
from labjournal.parsers.columns import cell_number
from labjournal.parsers.names import understand
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line, RoleName
from labjournal.parsers.shapes import shaped


def sections(rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    """Stable-Baselines3 prints its scalars in sections (``rollout/``, ``train/``) with the time step among them."""
    if not any(cells[0].endswith("/") and not cells[1] for _, cells in rows):
        return []
    begins = [index for index, (_, cells) in enumerate(rows) if cells[:2] == rows[0][1][:2]]
    parts = [rows[begin:end] for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True)]
    if rows[0][1][0].endswith("/") and len(parts) > 1:  # boxes that follow each other, each at its time step
        return [draft for part in parts for draft in sections(part)]
    values = {cells[0]: cell_number(cells[1]) for _, cells in rows}
    step = values.get("total_timesteps") or values.get("total timesteps")
    if step is None:
        return []
    drafts: list[Draft] = []
    section = ""
    for line, cells in rows:
        if cells[0].endswith("/") and not cells[1]:
            section = cells[0]
        elif section not in ("", "time/") and (number := values[cells[0]]) is not None:
            role: RoleName = "validation" if section == "eval/" else "train"
            name = section + cells[0]
            draft = Draft(line, line.number, [line.text], "text_tables", {name: number}, role=role)
            draft.step, draft.tags = ("step", step.value), {name: name}
            drafts.append(draft)
    return drafts


def lm_eval(header: list[str], rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    """``|Tasks|Version|Filter|n-shot|Metric| |Value| |Stderr|``: empty task cells repeat the one above."""
    low = [cell.lower() for cell in header]
    at_metric, at_value = low.index("metric"), low.index("value")
    at_task = next(
        (index for index, cell in enumerate(low) if cell in ("tasks", "task", "groups", "dataset", "model")), None
    )
    drafts: dict[str, Draft] = {}
    task = ""
    for line, cells in rows:
        if len(cells) <= max(at_metric, at_value):
            continue
        if at_task is not None and cells[at_task].strip(" -"):
            task = cells[at_task].strip(" -")
        name = understand(shaped(cells[at_metric]))
        number = cell_number(cells[at_value])
        if name is None or number is None or not plausible(name, number):
            continue
        option = ",".join(
            cells[index] for index, title in enumerate(low) if title in ("filter",) and cells[index] not in ("", "none")
        )
        draft = drafts.setdefault(
            f"{task}|{option}|{name.role}",
            Draft(line, line.number, [], "text_tables", dataset=task or None, saved=True, role=name.role),
        )
        raw = cells[at_metric]
        draft.metrics.setdefault(raw if re.fullmatch(r"\w+_\w+", raw) else name.metric, number)
        if option:
            draft.options["filter"] = option
        draft.text.append(line.text)
        draft.last = line.number
    return list(drafts.values())
