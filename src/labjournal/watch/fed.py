"""What the model is fed with, read off the graph: for scripts that cut their batches by hand, without a DataLoader.

Linear, convolution and embedding nodes keep their input for the backward pass; where that input needs no gradient it
is the batch itself. constant_input, label_leak, target_equals_input; and, for models of symbols, whether the symbol to
predict is among those that the model sees (no shift, attention without a causal mask, or a recurrent layer that runs
both ways).
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.heldout import HeldOut
from labjournal.watch.leaks import Leaks
from labjournal.watch.models import Models
from labjournal.watch.rows import hashes
from labjournal.watch.rules import NOTICE
from labjournal.watch.tables import Tables
from labjournal.watch.walk import named_modules

NODES = 3000
LOOKS = 40
"""Backward passes whose graph is walked to its end; 3 us a node."""
FIRST, LONG, THINNED = 10, 400, 3
"""After the first looks, graphs of so many nodes are walked at every third."""
ROWS = 1500
TIMES = 5
CONSTANT_LOOKS = 8
MIN_ROWS = 64
MIN_SYMBOLS = 16
MOST = 0.4
"""Of the symbols a decoder is given, where some are dropped; unshifted symbols agree by chance only."""
_LOW = 0.05


_DOORS = {**graph.INPUT_OF, **dict.fromkeys(("NativeBatchNorm", "NativeLayerNorm", "NativeGroupNorm"), (0, "input"))}
"""Node -> which of its arguments is the input, and the name under which it is kept; a norm may be the first layer."""


class _Doors:
    """Where what needs no gradient comes into a model."""

    def __init__(self) -> None:
        self._found: List[Tuple[Any, Optional[int]]] = []
        self._uses: Dict[Optional[int], int] = {}
        self._whole = True
        self.driven = False

    def cut(self) -> None:
        """The walk ended before the graph: the batch may not have been reached."""
        self._whole = False

    def take(self, node: Any, at: int, key: str) -> Set[int]:
        """The leaves, by id, that are this layer's input."""
        children = graph.inputs(node)
        if len(children) <= at:
            return set()
        child, weight = children[at], (graph.joined_leaves(one) for one in children[at + 1 : at + 2])
        with_weight = next((id(leaves[0]) for leaves in weight if leaves), None)
        self._uses[with_weight] = self._uses.get(with_weight, 0) + 1
        self.driven |= _is_driven(child)
        if child is None:
            found = graph.saved(node, key)
            if isinstance(found, torch.Tensor) and found.device.type == "cpu" and found.dim() > 1:
                one_for_all = found.stride(0) == 0 and len(found) > 1  # one row spread over all
                self._found += [] if one_for_all else [(found, with_weight)]
        return {id(one) for one in graph.joined_leaves(child)}

    def inputs(self) -> List[Any]:
        """The first state of an RNN is all zeros, and the weight it meets is used again at the next place."""
        filled = [one for one, _ in self._found if bool(one.any())]
        empty = [one for one, weight in self._found if self._uses[weight] == 1 or weight is None]
        return filled or (empty if self._whole else [])


class Fed:
    """Inputs and targets at the first backward passes looked at."""

    def __init__(
        self,
        findings: Findings,
        models: Models,
        name: Callable[[], str],
        held_out: HeldOut,
        alone: Callable[[], bool],
    ) -> None:
        """``name`` of the data set trained on, as far as known; ``alone``: one optimizer only, no adversaries."""
        self._held_out = held_out
        self._findings = findings
        self._models = models
        self._name = name
        self._alone = alone
        self._looks = 0
        self._long = False
        self._rows: Set[int] = set()
        self._looks_at_numbers = 0
        self._seen = 0
        self._leaks = Leaks(findings, "the training data")
        self._tables = Tables(findings, models)
        self._same_symbols = 0
        self._open = self._backwards = 0
        self._start: Optional[float] = None
        self._below = 0
        self.driven: Set[int] = set()
        """Leaves, by id, that a layer takes as its input."""
        self.own_target: Optional[Any] = None
        """The input, where the target of the last loss looked at is that, number for number."""
        self.leaked = False
        """The target is certainly among what the model sees."""

    def look(self, loss: Any, step: int) -> None:
        self._looks += 1
        self.own_target = None
        if self._looks > LOOKS or (self._long and self._looks > FIRST and self._looks % THINNED):
            return
        target = _target(loss)
        doors = _Doors()
        embeddings: Dict[Any, Any] = {}
        attention: List[Any] = []
        joins: List[Any] = []
        nodes = 0
        for node in graph.walk(loss, NODES, at_limit=doors.cut):
            nodes += 1
            name = graph.kind(node)
            if name in _DOORS:
                self.driven.update(doors.take(node, *_DOORS[name]))
                if doors.driven:
                    return  # gradients are taken at the inputs themselves: what needs none is not the batch
            elif name == "Embedding":
                found = graph.saved(node, "indices")
                if isinstance(found, torch.Tensor) and found.device.type == "cpu":
                    embeddings[node] = found
            elif name == "Cat":
                joins.append(node)
            elif name.startswith("ScaledDotProduct") or name == "Softmax":
                attention.append(node)
        self._long = nodes > LONG
        symbols = list(embeddings.values())
        self._tables.look(embeddings, joins, target)
        inputs = [] if symbols else doors.inputs()
        if inputs:
            self._numbers(max(inputs, key=lambda one: one.numel()), target, step)
        if symbols and target is not None:
            self._symbols(loss, symbols, target, attention, step)

    @property
    def asked(self) -> Set[int]:
        """Embeddings, by the id of their weight, to be seen in forward passes."""
        return self._tables.asked

    def on_forward(self, module: Any, args: Any, step: int) -> None:
        self._tables.on_forward(module, args, step)

    # -- inputs that are numbers

    def _numbers(self, inputs: Any, target: Optional[Any], step: int) -> None:
        marks = hashes(inputs)
        if marks is None:
            return
        self._seen += len(marks)
        alone = self._alone()
        if alone:
            self._held_out.trained(marks)
        fresh: Dict[int, int] = {mark: at for at, mark in enumerate(marks) if mark not in self._rows}
        if len(self._rows) < ROWS:
            self._rows.update(fresh)
        self._looks_at_numbers += 1
        if len(self._rows) == 1 and self._looks_at_numbers >= CONSTANT_LOOKS and self._seen >= MIN_ROWS:
            self._findings.say(
                "constant_input",
                step,
                f"All {self._seen} inputs in {self._looks_at_numbers} backward passes looked at are the same, number "
                "for number.",
                evidence={"rows": self._seen, "backward_passes": self._looks_at_numbers},
                level=NOTICE if inputs[0].numel() == 1 else None,  # a dummy, where a net stands for a few numbers
                subject=self._name(),
            )
        if alone and target is not None and _are_equal(target, inputs):
            self.own_target = inputs
        if alone and target is not None and target.shape[:1] == inputs.shape[:1] and fresh:
            rows = torch.tensor(sorted(fresh.values()), device="cpu")
            self._leaks.add(inputs[rows], target[rows], step)

    # -- inputs that are symbols

    def _symbols(self, loss: Any, symbols: List[Any], target: Any, attention: List[Any], step: int) -> None:
        size = target.numel()
        read = [one for one in symbols if one.dim() > 1 and abs(one.numel() - size) <= one.shape[0]]
        read = [one for one in read if not _are_places(one)]
        others = [one for one in read if not _agree(one, target, 0)]
        same = len(others) < len(read)
        shifted = [one for one in read if _agree(one, target, 1)]
        fed_back = any(_agree(one, target, 1, MOST) for one in others)  # to a decoder, less the words dropped
        self._same_symbols = self._same_symbols + 1 if same and not fed_back and not self._narrow(loss, target) else 0
        if self._same_symbols == TIMES:
            self.leaked = True
            self._findings.say(
                "target_equals_input",
                step,
                f"The symbol to predict is the one that the model is given at the same place, in {TIMES} backward "
                "passes in a row: the target is not shifted.",
                evidence={"symbols": size, "times": TIMES},
                subject="the targets",
            )
        alone = len(shifted) == 1 and len(read) == 1
        length = shifted[0].shape[1] if alone else 0
        self._open = self._open + 1 if alone and any(_sees_ahead(node, length) for node in attention) else 0
        both_ways = alone and not attention and self._reads_both_ways()
        both_ways = both_ways and self._criteria(loss) == 1 and not self._narrow(loss, target)
        self._backwards = self._backwards + 1 if both_ways else 0
        if self._backwards == TIMES:
            self._say_ahead(
                step,
                "its recurrent layers run in both directions: backwards they have read the symbol that is to be "
                f"predicted ({TIMES} backward passes in a row).",
                {"symbols": size, "length": length, "bidirectional": True, "times": TIMES},
                "the recurrent layer",
                "Take bidirectional=False where the next symbol is predicted.",
            )
        if self._open == TIMES:
            self._say_ahead(
                step,
                "its attention has no causal mask: each place sees the symbol that it is to predict "
                f"({TIMES} backward passes in a row).",
                {"symbols": size, "length": length, "causal_mask": False, "times": TIMES},
                "the attention",
            )

    def _say_ahead(
        self, step: int, how: str, evidence: Dict[str, Any], subject: str, remedy: Optional[str] = None
    ) -> None:
        """The symbol to predict is among those that the model sees."""
        self.leaked = True
        message = f"The model predicts the next symbol, and {how}"
        self._findings.say("target_equals_input", step, message, evidence=evidence, subject=subject, remedy=remedy)

    def _reads_both_ways(self) -> bool:
        """Has every recurrent layer both directions? A decoder beside an encoder has one."""
        layers = [
            one
            for root, _ in self._models.named_roots()
            for _, one in named_modules(root)
            if isinstance(one, (torch.nn.RNNBase, torch.nn.RNNCellBase))
        ]
        return bool(layers) and all(getattr(one, "bidirectional", False) for one in layers)

    @staticmethod
    def _criteria(loss: Any) -> int:
        """How many terms compare something with a target; one of them may read the other way."""
        return sum(graph.kind(node).startswith(graph.CRITERIA) for node, _ in graph.trunk(loss))

    @staticmethod
    def _narrow(loss: Any, target: Any) -> bool:
        """Does all that the model knows of a row of symbols come as one vector, as in an autoencoder?"""
        return graph.narrows(loss, target.numel(), NODES)

    def loss(self, value: float, step: int) -> None:
        """What a certain leak comes to."""
        if self._start is None:
            self._start = value
        self._below = self._below + 1 if self.leaked and 0 <= value < _LOW * self._start else 0
        if self._below == TIMES:
            self._findings.say(
                "loss_too_low",
                step,
                f"The loss fell from {self._start:.3g} to {value:.2g}: the model reads the answer off its input.",
                evidence={"start": self._start, "value": value},
                subject="the loss",
            )


def _are_equal(one: Any, other: Any) -> bool:
    alike = one.shape == other.shape and one.dtype == other.dtype and one.layout == other.layout == torch.strided
    return alike and one.device == other.device and torch.equal(one, other)


def _is_driven(node: Optional[Any]) -> bool:
    """Is it made, below the first layer, of a tensor that is no weight and yet wants a gradient, as the points of a
    differential equation do?"""
    leaves = graph.leaves_below_layers(node)
    return any(not isinstance(one, torch.nn.Parameter) for one in leaves)


def _target(loss: Any) -> Optional[Any]:
    """The target of the first criterion near the loss, on a CPU."""
    for node, _ in graph.trunk(loss):
        if graph.kind(node).startswith(graph.CRITERIA):
            found = graph.saved(node, "target")
            if isinstance(found, torch.Tensor) and found.device.type == "cpu" and not found.is_complex():
                return found
    return None


def _are_places(symbols_BT: Any) -> bool:
    """0, 1, 2 … in each row, as a model of positions is given: the target of pairs in a batch may count so too."""
    return bool((symbols_BT == torch.arange(symbols_BT.shape[-1], device="cpu")).all())


def _agree(symbols_BT: Any, target: Any, ahead: int, share: float = 1.0) -> bool:
    """Is the target at each place (``share`` of them) the symbol ``ahead`` places further on? Negative targets
    (ignored) do not count."""
    rows, length = symbols_BT.shape[0], symbols_BT.reshape(symbols_BT.shape[0], -1).shape[1]
    if target.is_floating_point() or target.numel() % rows:
        return False
    given_BT, target_BU = symbols_BT.reshape(rows, length), target.reshape(rows, -1)
    width = min(length - ahead, target_BU.shape[1])
    if width < 2:
        return False
    target_BU, given_BU = target_BU[:, :width], given_BT[:, ahead : ahead + width]
    counted = target_BU >= 0
    wanted = target_BU[counted]
    if wanted.numel() < MIN_SYMBOLS or bool((wanted == wanted[0]).all()):
        return False
    return float((given_BU[counted] == wanted).double().mean()) >= share


def _sees_ahead(node: Any, length: int) -> bool:
    """Attention over ``length`` places with weight on later ones. Unknown kinds of nodes are given the benefit."""
    if graph.kind(node) == "Softmax":
        weights = graph.saved(node, "result")
        if weights is None or weights.dim() < 3 or tuple(weights.shape[-2:]) != (length, length) or length < 2:
            return False
        return bool(torch.triu(weights.reshape(-1, length, length)[0], 1).any())
    shapes: List[Tuple[int, ...]] = []
    for key in ("query", "key"):
        found = graph.saved(node, key)
        shapes.append(tuple(found.shape) if isinstance(found, torch.Tensor) else ())
    mask = graph.saved(node, "attn_mask") if hasattr(node, "_saved_attn_mask") else graph.saved(node, "attn_bias")
    same_length = all(len(shape) == 4 and shape[2] == length for shape in shapes)
    return same_length and mask is None and getattr(node, "_saved_is_causal", True) is False
