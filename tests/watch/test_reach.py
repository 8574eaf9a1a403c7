"""What a script holds is found through its objects, whatever these are."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")


class OutOfContext:
    """As the proxies of web frameworks are: to ask for its class is an error."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("working outside of its context")

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise RuntimeError("working outside of its context")


def test_a_tensor_is_found_beside_an_object_that_cannot_be_asked() -> None:
    from labjournal.watch import reach

    kept = torch.ones(3)
    trainer = SimpleNamespace(request=OutOfContext(), callbacks=[SimpleNamespace(average={"weight": kept})])
    assert any(one is kept for one in list(reach.tensors(sys._getframe())))
    assert trainer.callbacks
