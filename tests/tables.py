"""Tables put together by hand or by hypothesis, for tests of what renders them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from labjournal.compare import Cell, Claim, Column, DatasetInfo, Flag, Row, Selection, Table

WHEN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
ACCURACY = Column("accuracy", "accuracy", True, True, "correct answers / all events")

HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="|`\\<>&*_[]#-+~$ \n\r\t\x1b\u202e\u200b-=:データ👩‍🔬é", min_size=1, max_size=60),
    st.sampled_from(
        ["a|b", "``", "\\", "\\|", "<script>x</script>", "<!-- labjournal:end x -->", "[x](javascript:1)", "\x1b[31m",
         "\u202egnp.exe", "=1+1", "---", "x" * 300, "データ" * 40, "a\nb", "&amp;", "$x$", "~~x~~", "1. x"]
    ),
)  # fmt: skip


def row(
    name: str,
    dataset: DatasetInfo,
    value: float = 0.9,
    n: int = 1000,
    taint: str | None = None,
    options: dict[str, str] | None = None,
    key: str | None = None,
    flags: tuple[Flag, ...] = (),
) -> Row:
    taint_flag = (Flag("retracted", f"retracted: {taint}"),) if taint is not None else ()
    k = round(value * n)
    return Row(
        key=key or name,
        run=f"01M7XP{name[:1].encode().hex().upper()[:2]:0>20}",
        name=name,
        checkpoint=None,
        step=2400,
        dataset=dataset,
        options=options or {},
        when=WHEN,
        commit="c20a77" + "0" * 34,
        dirty=False,
        git_tag=None,
        cells={"accuracy": Cell("01M7XQ0000000000000000000", k / n, n, value - 0.02, value + 0.02, k, n)},
        tainted=taint,
        flags=(*taint_flag, *flags),
    )


def table(rows: list[Row], claims: tuple[Claim, ...] = (), notes: tuple[str, ...] = ()) -> Table:
    datasets = tuple({row.dataset.key: row.dataset for row in rows}.values())
    names = sorted({name for row in rows for name in row.options})
    return Table(
        selection=Selection(),
        columns=(ACCURACY,),
        rows=tuple(row for dataset in datasets for row in rows if row.dataset.key == dataset.key),
        datasets=datasets,
        option_names=tuple(names),
        differing_settings={"lr": {row.run: 0.1 for row in rows}} if rows else {},
        claims=claims,
        notes=notes,
    )


@st.composite
def hostile_tables(draw: st.DrawFn) -> Table:
    """Tables in which every text is a stranger's."""
    datasets = [
        DatasetInfo(
            f"d{i}", draw(HOSTILE), draw(st.sampled_from([None, "a41f" * 16])), 1000, {draw(HOSTILE): 600, "b": 400}
        )
        for i in range(draw(st.integers(1, 2)))
    ]
    option = draw(HOSTILE)
    rows = [
        row(
            draw(HOSTILE),
            draw(st.sampled_from(datasets)),
            value=draw(st.sampled_from([0.9, 0.001, 0.5, 0.9999])),
            taint=draw(st.none() | HOSTILE),
            options=draw(st.sampled_from([{}, {option: draw(HOSTILE)}])),
            key=str(i),
            flags=(Flag("below_majority", draw(HOSTILE)),),
        )
        for i in range(draw(st.integers(1, 4)))
    ]
    claim = Claim("accuracy", "0", "0", draw(HOSTILE), "differs", draw(HOSTILE), 0.1, 0.05, 0.15, 0.01)
    return table(rows, (claim,), (draw(HOSTILE),))
