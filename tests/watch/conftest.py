"""One forking process with torch for all tests of a session that run programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hooked import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    pytest.importorskip("torch")
    started = Zygote()
    yield started
    started.close()
