"""Where the watch takes hold of torch: registration hooks, optimizer-step hooks, and six functions wrapped.

Wrapped are ``Optimizer.__init__`` and ``zero_grad``, ``Module.__setstate__``, ``load_state_dict`` and ``zero_grad``,
and ``torch.autograd.backward`` (Tensor.backward looks it up there at each call). No module hook is set.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

from labjournal.watch.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.start import Inside


def install(torch: Any, inside: Inside) -> Session:
    """Set the hooks; called once, when the user's ``import torch`` has finished."""
    from torch.nn.modules import module as nn_module
    from torch.optim import optimizer as optimizer_module

    session = Session(inside)
    models = session.models

    def building(hook: Callable[..., None]) -> Callable[..., None]:  # before the first step: not on the steps' budget
        return session.guarded(hook, timed=False)

    def first_of(hook: Callable[..., None]) -> Callable[..., None]:
        guarded = session.guarded(hook)
        return lambda *args, **_kwargs: guarded(args[0])

    nn_module.register_module_module_registration_hook(building(models.on_module))
    nn_module.register_module_parameter_registration_hook(building(models.on_parameter))
    optimizer_module.register_optimizer_step_pre_hook(session.guarded(session.before_step))
    optimizer_module.register_optimizer_step_post_hook(session.guarded(session.after_step))
    _wrap(torch.nn.Module, "__setstate__", after=building(lambda module, *_: models.on_restored(module)))
    _wrap(torch.nn.Module, "load_state_dict", after=building(lambda module, *_: models.on_loaded(module)))
    _wrap(optimizer_module.Optimizer, "__init__", after=building(lambda made, *_: session.on_optimizer(made)))
    _wrap(optimizer_module.Optimizer, "zero_grad", before=first_of(session.on_zero_grad))
    _wrap(torch.nn.Module, "zero_grad", before=first_of(session.on_model_zero_grad))
    before_backward = session.guarded(session.before_backward)
    _wrap(torch.autograd, "backward", before=lambda *args, **kwargs: before_backward(args[0] if args else None))
    return session


def _wrap(
    owner: Any,
    name: str,
    before: Optional[Callable[..., None]] = None,
    after: Optional[Callable[..., None]] = None,
) -> None:
    """Put a call before or after a function of torch; its result and its errors pass unchanged."""
    real = getattr(owner, name)

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            before(*args, **kwargs)
        result = real(*args, **kwargs)
        if after is not None:
            after(*args)
        return result

    setattr(owner, name, wrapped)
