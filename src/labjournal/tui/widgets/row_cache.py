"""The rows of a source that were fetched lately, in chunks: what a table of any length asks for while it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal.tui.widgets.row_source import Row, RowKind, RowSource

_CHUNK = 64
_CHUNKS_KEPT = 32


class RowCache:
    """A source, how many rows it had when it was last counted, and the chunks in use."""

    def __init__(self, source: RowSource) -> None:
        self._source = source
        self.count = source.count()
        self._chunks: dict[int, Sequence[Row]] = {}

    def renew(self, source: RowSource | None = None) -> None:
        """The rows changed, or come from another source from now on."""
        if source is not None:
            self._source = source
        self.count = self._source.count()
        self.forget()

    def forget(self) -> None:
        """Fetch again; there are as many rows as before."""
        self._chunks.clear()

    def row(self, at: int) -> Row | None:
        """Row number ``at``; None outside."""
        if not 0 <= at < self.count:
            return None
        chunk = at // _CHUNK
        rows = self._chunks.get(chunk)
        if rows is None:
            rows = self._source.rows(chunk * _CHUNK, (chunk + 1) * _CHUNK)
            while len(self._chunks) >= _CHUNKS_KEPT:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[chunk] = rows
        inside = at - chunk * _CHUNK
        return rows[inside] if inside < len(rows) else None

    def index_of(self, id: str) -> int | None:
        """The number of the row that shows a thing."""
        return self._source.index_of(id)

    def nearest(self, at: int, step: int) -> tuple[int, str] | None:
        """The row nearest to ``at`` that a cursor may be on, looked for along ``step``, then the other way."""
        for direction in (step, -step):
            look = at
            while (row := self.row(look)) is not None:
                if row.kind is not RowKind.AIR:
                    return look, row.id
                look += direction
        return None

    def head(self, at: int, by: int) -> tuple[int, Row] | None:
        """The first head of a group at ``at`` or beyond, down (1) or up (-1)."""
        while (row := self.row(at)) is not None:
            if row.kind is RowKind.GROUP:
                return at, row
            at += by
        return None
