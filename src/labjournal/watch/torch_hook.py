"""Where the watch takes hold of torch: registration hooks, optimizer-step hooks, and functions wrapped.

Wrapped are ``Optimizer.__init__`` and ``zero_grad``, ``Module.__setstate__``, ``load_state_dict``, ``zero_grad`` and
what casts a module, ``torch.autograd.backward`` (Tensor.backward looks it up there at each call), ``manual_seed``,
``save``, ``compile``, entering no_grad, autocast and saved-tensor hooks, ``GradScaler.step``, and the iterators of
DataLoader. No module hook is set here. Until the first optimizer is built only the models are noted: loading the
checks takes 20 ms, which a process that merely imports torch shall not pay.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional, Tuple

from labjournal.watch.models import Models
from labjournal.watch.wrapping import hide_from_compiler, unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.session import Session
    from labjournal.watch.start import Inside

NO_STEPS = "torch was imported, but no step of an optimizer was seen"


class TorchHook:
    """The hooks of this process, and the session once there is something to watch."""

    def __init__(self, torch: Any, inside: Inside) -> None:
        self._inside = inside
        self._is_compiling = torch.compiler.is_compiling
        self._transforms = torch._C._functorch.peek_interpreter_stack
        """What ``torch.func`` is at, or None; its tensors hold no numbers that can be read."""
        self.models = Models()
        self.started: Optional[Session] = None
        self._broken = False
        """The session could not be made, or its guard failed: no hook does anything any more."""

    def session(self) -> Session:
        """The watch of this process, started if it is not yet. May raise whatever its modules raise."""
        if self.started is None:
            from labjournal.watch.session import Session

            self.started = Session(self._inside, self.models)
        return self.started

    def after_fork(self) -> None:
        if self.started is None or self._broken:
            return
        try:
            self.started.after_fork()
        except Exception as error:  # noqa: BLE001 - Python would print it in every forked child
            self._give_up(error)

    def saving(self, state: Any, target: Any) -> None:
        """Before ``torch.save``, which takes long enough for a look that is on no budget."""
        session = self.started
        if session is None or session.off is not None or self._broken:
            return
        try:
            session.families.saving(state, target)
        except Exception as error:  # noqa: BLE001 - it would come out of the user's call
            self._give_up(error)

    def asked(self, outputs: Any, inputs: Any) -> None:
        """``torch.autograd.grad`` is called, and no optimizer has stepped yet."""
        if self._is_compiling() or self._broken or self._transforms() is not None:
            return
        try:
            session = self.session()
            if session.off is None:
                session.guard.run(session.families.before_grad, outputs, inputs)
        except Exception as error:  # noqa: BLE001 - it would come out of the user's call
            self._give_up(error)

    def end(self) -> None:
        """At the end of the process."""
        if self._broken:
            return
        if self.started is not None:
            self.started.end()
        elif not self._inside.outbox.quiet:
            data = {"state": "not watched", "because": NO_STEPS, "models": [], "optimizers": [], "tensors": 0}
            self._inside.outbox.write("watch_state", data)

    def noting(self, hook: Callable[..., None]) -> Callable[..., None]:
        """A hook that only notes what is built: silent, and not on the budget of the steps."""

        def run(*args: Any) -> None:
            if self._is_compiling():
                return
            try:
                hook(*args)
            except Exception:  # noqa: BLE001 - it would come out of the building of the user's model
                return

        return run

    def looking(self, name: str, starts: bool = True) -> Callable[..., None]:
        """A hook that calls the session's method ``name`` under its guard; ``starts`` the session if need be."""

        def run(*args: Any) -> None:
            session = self.started
            if (session is None and not starts) or self._is_compiling() or self._broken:
                return  # is_compiling: a constant for dynamo, so nothing of ours is traced
            try:
                if session is None:
                    session = self.session()
                elif session.nap.asleep and (short := session.nap.short.get(name)) is not None and short(*args):
                    return
                session.guarded(name, *args)
            except Exception as error:  # noqa: BLE001 - it would come out of the user's step or backward
                self._give_up(error)

        return run

    def _give_up(self, error: Exception) -> None:
        self._broken = True
        self._inside.give_up(f"the watch could not start: {error!r}"[:400])


def install(torch: Any, inside: Inside) -> TorchHook:
    """Set the hooks; called once, when the user's ``import torch`` has finished."""
    from torch.nn.modules import module as nn_module
    from torch.optim import optimizer as optimizer_module

    hook = TorchHook(torch, inside)
    models, made = hook.models, optimizer_module.Optimizer
    nn_module.register_module_module_registration_hook(hook.noting(models.on_module))
    nn_module.register_module_parameter_registration_hook(hook.noting(models.on_parameter))
    optimizer_module.register_optimizer_step_pre_hook(hook.looking("before_step"))
    optimizer_module.register_optimizer_step_post_hook(hook.looking("after_step"))
    _wrap(torch.nn.Module, "__setstate__", after=hook.noting(models.on_restored))
    _wrap(torch.nn.Module, "load_state_dict", before=hook.noting(models.on_loaded), takes=("self", "state_dict"))
    _wrap(torch.nn.Module, "zero_grad", before=hook.looking("on_model_zero_grad"))
    for cast in ("to", "half", "bfloat16", "type"):
        _wrap(torch.nn.Module, cast, after=hook.looking("on_cast", starts=False))
    _wrap(made, "__init__", after=hook.looking("on_optimizer"))
    _wrap(made, "zero_grad", before=hook.looking("on_zero_grad"))
    _wrap(torch.autograd, "backward", before=hook.looking("before_backward"), takes=("tensors",))
    _wrap_engine(torch.autograd, hook)
    from torch.optim import lr_scheduler

    _wrap(lr_scheduler.OneCycleLR, "__init__", after=hook.looking("on_schedule", starts=False))
    schedule = getattr(lr_scheduler, "LRScheduler", lr_scheduler._LRScheduler)
    _wrap(schedule, "step", before=hook.looking("on_schedule_step", starts=False))
    plateau = lr_scheduler.ReduceLROnPlateau
    _wrap(plateau, "step", before=hook.looking("on_plateau", starts=False), takes=("self", "metrics"))
    _wrap(torch, "compile", before=hook.noting(models.compiled.note), takes=("model",))
    _wrap(torch, "save", before=hook.saving, takes=("obj", "f"))
    _wrap(torch, "manual_seed", before=hook.looking("on_seed", starts=False), takes=("seed",))
    _wrap_contexts(torch, hook)
    _wrap_loader(hook)
    return hook


def _wrap_engine(autograd: Any, hook: TorchHook) -> None:
    """``torch.autograd.grad`` is to be seen until an optimizer steps, and stays as it is: torch.compile knows it by
    identity. What it calls, as ``backward`` does, is wrapped instead; torch 2.1 has no such function."""
    real = getattr(autograd, "_engine_run_backward", None)
    if real is None:
        return

    @unseen
    @functools.wraps(real)
    def engine(outputs: Any, *args: Any, **kwargs: Any) -> Any:
        session = hook.started
        if session is not None and session.began:
            autograd._engine_run_backward = real
        elif kwargs.get("accumulate_grad") is False and len(args) > 3:
            hook.asked(outputs, args[3])
        return real(outputs, *args, **kwargs)

    hide_from_compiler(engine.__code__)
    hide_from_compiler(TorchHook.asked.__code__, below=True)
    autograd._engine_run_backward = engine


def _wrap_contexts(torch: Any, hook: TorchHook) -> None:
    """Where the script says in which mode it computes. Without training these are nothing, and load nothing."""
    no_grad = hook.looking("on_no_grad", starts=False)
    for context in (torch.no_grad, torch.inference_mode, torch.set_grad_enabled):
        _wrap(context, "__enter__", after=no_grad)
    _wrap(torch.autocast, "__enter__", after=hook.looking("on_autocast", starts=False))
    _wrap(torch.autograd.graph.saved_tensors_hooks, "__enter__", after=hook.looking("on_saved_hooks"))
    scaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
    _wrap(scaler, "step", before=hook.looking("on_scaler_step", starts=False), takes=("self", "optimizer"))


def _wrap_loader(hook: TorchHook) -> None:
    from torch.utils.data import dataloader

    iterator: Any = dataloader._BaseDataLoaderIter
    _wrap(iterator, "__init__", before=hook.looking("on_epoch", starts=False))
    on_batch, on_end = hook.looking("on_batch", starts=False), hook.looking("on_epoch_end", starts=False)
    real = iterator.__next__

    @unseen
    @functools.wraps(real)
    def following(self: Any) -> Any:
        try:
            data = real(self)
        except StopIteration:
            on_end(self)
            raise
        on_batch(self, data)
        return data

    iterator.__next__ = following
    if getattr(iterator, "next", None) is real:
        iterator.next = following


def _wrap(
    owner: Any,
    name: str,
    before: Optional[Callable[..., None]] = None,
    after: Optional[Callable[..., None]] = None,
    takes: Tuple[str, ...] = ("self",),
) -> None:
    """Call ``before`` with the arguments ``takes`` of a function, or ``after`` with its first one; its result and
    errors pass unchanged. Neither may raise.

    ``takes``: names of the first arguments, in their order, each of which the user may give by its name.
    """
    real = getattr(owner, name)
    first, rest = takes[0], list(enumerate(takes))[1:]

    @unseen
    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            others = [args[at] if len(args) > at else kwargs.get(key) for at, key in rest]
            before(args[0] if args else kwargs.get(first), *others)
        result = real(*args, **kwargs)
        if after is not None and args:
            after(args[0])
        return result

    setattr(owner, name, wrapped)
