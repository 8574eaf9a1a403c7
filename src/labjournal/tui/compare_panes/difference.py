"""Two runs against each other: what `labjournal diff` says, as lines with the code's hunks in colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format
from labjournal.compare.run_difference import Changed, RunDifference
from labjournal.export import cells
from labjournal.tui.text import Line, paragraph

_NAME, _SIDE = 26, 24


def lines(found: RunDifference, width: int) -> list[Line]:
    """Settings, then code, then what it ran on."""
    return [
        *_changed("settings", found.settings, f"{found.equal_settings} equal", width),
        *_code(found, width),
        *_changed("packages", found.python, found.python_unknown or "", width),
        *_changed("data", found.data, "", width),
        *_changed("machine", found.machine, "", width),
    ]


def _changed(title: str, changed: Sequence[Changed], rest: str, width: int) -> Iterator[Line]:
    if not changed and not rest:
        return
    yield [(f" {title}", "b text"), (f"  {rest}" if rest else "", "muted")]
    for one in changed:
        name = format.pad(format.cut_middle(format.visible(one.name), _NAME - 1), _NAME)
        a, b = (format.cut(cells.setting(value), _SIDE) for value in (one.a, one.b))
        yield [(f"   {name}", "muted"), (a, "text"), ("  ->  ", "muted"), (b, "b text")]
    yield []


def _code(found: RunDifference, width: int) -> Iterator[Line]:
    code = found.code
    if code.unknown:
        yield [(" code", "b text")]
        yield from paragraph(format.visible(code.unknown), width, "warning", lead="   ")
        yield []
        return
    ends = f"{format.commit(code.a)} to {format.commit(code.b)}" if code.a != code.b else "the same"
    yield [(" code", "b text"), (f"  {ends}", "muted")]
    for text in code.hunks.splitlines():
        yield [(f"   {format.visible(text.expandtabs(4))}", _role(text))]
    if code.lines_left_out:
        yield [(f"   {format.plural(code.lines_left_out, 'more line')}: labjournal diff shows all", "muted")]
    yield []


def _role(text: str) -> str:
    if text.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file", "similarity", "rename")):
        return "muted"
    return {"+": "ok", "-": "alarm", "@": "accent"}.get(text[:1], "text")


def title(found: RunDifference) -> str:
    return f"{found.b.name} against {found.a.name}"
