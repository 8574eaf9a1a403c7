"""Long curves in short, held against their points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.model import SeriesKey
from labjournal.store import Store
from labjournal.store.overview import extremes

KEY = SeriesKey("01M7WK7KW0MQD68S1SCZ79CS02", "", "loss")
VALUES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")), st.just(float("inf"))), min_size=1)


@given(VALUES, st.integers(1, 300))
def test_every_block_is_there_with_its_lowest_and_highest_value(some: list[float], times: int) -> None:
    values = np.array(some * times)[:3000]
    at = extremes(values).tolist()
    assert at == sorted(set(at))
    assert at[0] == 0
    assert at[-1] == len(values) - 1
    kept = set(at)
    for start in range(0, len(values), 256):
        block = values[start : start + 256]
        known = block[~np.isnan(block)]
        mine = values[[index for index in kept if start <= index < start + 256]]
        if known.size:
            assert np.nanmin(mine) == known.min()
            assert np.nanmax(mine) == known.max()


def test_a_curve_in_short_has_the_ends_and_the_spikes_of_the_whole() -> None:
    store = Store.in_memory()
    values = np.sin(np.arange(200_000) / 3e4)
    values[[7, 77_777, 199_000]] = 9.0, -9.0, np.nan
    steps = np.arange(200_000) * 3
    with store.writing():
        store.append_series(KEY, "file", 0, steps[:150_000], steps[:150_000] / 2, values[:150_000])
        for at in range(150_000, 200_000, 901):  # as a live run writes: what is full is kept in short, the end whole
            part = slice(at, at + 901)
            store.append_series(KEY, "file", 0, steps[part], steps[part] / 2, values[part])
    short, whole = store.series_in_short(KEY), store.series(KEY)
    assert short is not None
    assert whole is not None
    assert len(short.steps) < 10_000
    assert (short.steps[0], short.steps[-1]) == (whole.steps[0], whole.steps[-1])
    assert (np.nanmin(short.values), np.nanmax(short.values)) == (-9.0, 9.0)
    lines = {int(step): at for at, step in enumerate(whole.steps)}
    at = [lines[int(step)] for step in short.steps]
    np.testing.assert_array_equal(short.values, whole.values[at])
    np.testing.assert_array_equal(short.walls, whole.walls[at])


@pytest.mark.parametrize("from_step", [0, 100, 5_000])
def test_what_is_taken_back_is_not_told_in_short(from_step: int) -> None:
    store = Store.in_memory()
    steps = np.arange(10_000)
    with store.writing():
        store.append_series(KEY, "file", 0, steps, steps * 1.0, steps * 1.0)
    with store.writing():
        store.purge_series(KEY.run, "file", from_step)
    short = store.series_in_short(KEY)
    assert (short is None) == (from_step == 0)
    if short is not None:
        assert short.steps.max() == from_step - 1
    with store.writing():
        store.forget_file(KEY.run, "file")
    assert store.connection.execute("SELECT count(*) FROM overviews").fetchone()[0] == 0


def test_an_index_without_overviews_is_read_whole() -> None:
    store = Store.in_memory()
    steps = np.arange(10_000)
    with store.writing():
        store.append_series(KEY, "file", 0, steps, steps * 1.0, steps * 1.0)
        store.connection.execute("DELETE FROM overviews")
    short = store.series_in_short(KEY)
    assert short is not None
    np.testing.assert_array_equal(short.steps, steps)
    assert store.series_in_short(SeriesKey(KEY.run, "", "none")) is None
