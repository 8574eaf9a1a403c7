"""What was saved against what was trained, and a file against its own later versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labjournal.checks import checkpoint
from labjournal.checks.running_statistics import lost_statistics
from labjournal.model import Checkpoint, Run, RunKind, Status, Subject
from labjournal.vocabulary import Level

START = datetime(2026, 11, 18, tzinfo=UTC)
FULL = ["encoder.0.weight", "encoder.0.bias", "head.weight", "adapter.proj.weight"]


def missing(trained: list[str], saved: dict[str, list[str]], frozen: list[str] | None = None) -> list[tuple[str, str]]:
    verdicts = checkpoint.missing_params(trained, saved, checkpoint.LeftOut(frozen=frozen or []))
    return [(verdict.subject, verdict.level.value) for verdict in verdicts if verdict.found]


TRAINED = ["model.encoder.0", "model.head", "model.adapter.proj"]


def test_a_whole_checkpoint_lacks_nothing() -> None:
    assert missing(TRAINED, {"a.pt": FULL}) == []


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "module.model."])
def test_wrappers_in_names_do_not_matter(prefix: str) -> None:
    assert missing(TRAINED, {"a.pt": [prefix + name for name in FULL]}) == []


def test_a_trained_module_that_is_saved_nowhere_is_an_alarm() -> None:
    assert missing(TRAINED, {"a.pt": FULL[:3], "b.pt": FULL[:3]}) == [("model.adapter.proj", "alarm")]


def test_a_checkpoint_without_a_single_tensor_is_an_alarm_where_something_was_trained() -> None:
    def found(trained: list[str], saved: dict[str, list[str]]) -> list[tuple[str, str]]:
        verdicts = checkpoint.missing_params(trained, saved, empty=["ff.pt"])
        return [(verdict.subject, verdict.level.value) for verdict in verdicts if verdict.found]

    assert found(["layers.0", "layers.1"], {}) == [("ff.pt", "alarm")]
    assert found([], {}) == []
    assert found(TRAINED, {"a.pt": FULL}) == []


def test_a_module_that_stands_in_another_checkpoint_is_saved() -> None:
    assert missing(TRAINED, {"base.pt": FULL[:3], "adapter.pt": FULL[3:]}) == []


def test_a_list_of_models_that_are_saved_under_names_of_their_own_lacks_the_one_that_is_not() -> None:
    trained = ["system.parts.0.a", "system.parts.0.b.0", "system.parts.1.mix", "system.parts.2.fc"]
    saved = ["encoder.a.weight", "encoder.b.0.weight", "decoder.mix.weight", "optimizer.state.0.exp_avg"]
    assert missing(trained, {"best.pt": saved}) == [("system.parts.2.fc", "alarm")]
    assert missing(trained, {"best.pt": [*saved, "scale.fc.weight"]}) == []
    blocks = ["blocks.0.conv", "blocks.1.conv"]
    assert missing(blocks, {"a.pt": ["0.conv.weight"]}) == [("blocks.1.conv", "alarm")]


@pytest.mark.parametrize(
    ("saved", "validated", "together", "found"),
    [
        (["encoder.a.weight", "decoder.mix.weight"], ["encoder", "decoder", "scale"], True, "scale"),
        (["encoder.a.weight", "optimizer.state.0.exp_avg"], ["encoder", "scale"], True, "scale"),
        (["encoder.a.weight", "optimizer.state.0.exp_avg"], ["encoder", "decoder", "scale"], True, "decoder"),
        (["a.weight"], ["encoder", "decoder", "scale"], True, None),  # an encoder for other uses
        (["encoder.a.weight", "decoder.mix.weight"], ["encoder", "decoder"], True, None),  # it serves the training
        (["encoder.a.weight", "decoder.mix.weight"], ["encoder", "decoder", "scale"], False, None),
    ],
)
def test_a_whole_model_that_is_left_out_beside_others_of_its_optimizer_is_a_warning(
    saved: list[str], validated: list[str], together: bool, found: str | None
) -> None:
    left = checkpoint.LeftOut(validated=validated)
    trained = ["encoder.a", "decoder.mix", "scale.fc"]
    groups = [{"encoder", "decoder", "scale"}] if together else [{"encoder", "decoder"}, {"scale"}]
    verdicts = list(checkpoint.missing_params(trained, {"best.pt": saved}, left, together=groups))
    assert [(one.subject, one.level.value) for one in verdicts if one.found] == ([(found, "warning")] if found else [])


@pytest.mark.parametrize(
    ("sizes", "validated", "found"),
    [
        ({"table": 1, "model": 4}, ["table", "model"], "table"),
        ({"table": 1, "model": 4}, ["model", "table"], None),  # a head on what was saved for other uses
        ({"table": 1, "model": 4}, ["model"], None),
        ({"table": 3, "model": 4}, ["table", "model"], None),  # an encoder, and its decoder is kept to generate
        ({}, ["table", "model"], None),
    ],
)
def test_a_small_model_that_feeds_the_one_that_is_saved_is_left_out_by_mistake(
    sizes: dict[str, int], validated: list[str], found: str | None
) -> None:
    left = checkpoint.LeftOut(validated=validated)
    trained, saved = ["table", "model.0", "model.2"], {"last.pt": ["model.0.weight", "model.2.weight"]}
    verdicts = checkpoint.missing_params(trained, saved, left, sizes=sizes, together=[{"table", "model"}])
    assert [(one.subject, one.level.value) for one in verdicts if one.found] == ([(found, "warning")] if found else [])


@pytest.mark.parametrize(
    ("names", "lost"),
    [
        (["net.0.weight", "net.2.weight", "net.2.bias"], True),
        (["weight", "model.0.weight", "model.2.weight"], False),
        (["0.weight", "1.0.weight", "1.2.weight"], False),  # a list of both, made for the file
        (["e.weight", "net.0.weight", "net.2.weight"], False),
        (["net.0.weight", "net.1.weight", "net.2.weight"], False),  # what the second is nobody knows
        (["embedding", "net.0.weight", "net.2.weight"], False),  # the tensor itself
        (["net.0.weight", "net.2.weight", "optimizer.state.0.exp_avg", "optimizer.state.0.step"], True),
    ],
)
def test_a_layer_by_itself_is_lost_where_every_tensor_saved_is_another_modules(names: list[str], lost: bool) -> None:
    left, sizes = checkpoint.LeftOut(validated=["table", "model"]), {"table": 1, "model": 4}
    trained, groups = ["table", "model.0", "model.2"], [{"table", "model"}]
    verdicts = checkpoint.missing_params(trained, {"last.pt": names}, left, sizes=sizes, together=groups)
    assert any(one.found for one in verdicts) is lost


def test_a_model_with_weights_of_its_own_beside_its_layers_is_no_layer_by_itself() -> None:
    """As one with a ``pos_embed``: the watch names a group after the model itself."""
    trained = ["encoder", "encoder.blocks.0", "decoder.0", "decoder.2"]
    saved = {"best.pt": ["encoder.blocks.0.weight", "decoder.0.weight", "decoder.2.weight"]}
    left, sizes = checkpoint.LeftOut(validated=["encoder", "decoder"]), {"encoder": 2, "decoder": 4}
    verdicts = checkpoint.missing_params(trained, saved, left, sizes=sizes, together=[{"encoder", "decoder"}])
    assert not any(one.found for one in verdicts)


def test_frozen_modules_and_models_left_out_on_purpose_are_no_alarm() -> None:
    assert missing(TRAINED, {"a.pt": FULL[:3]}, ["model.adapter.*"]) == []
    assert missing(["G.conv", "D.conv2"], {"g.pt": ["conv.weight"]}) == []
    assert missing(["model.encoder.0", "model.head"], {"a.pt": ["other.weight"]}) == []


def test_a_model_saved_whole_under_older_names_lacks_nothing() -> None:
    """As transformers 5 does with a ViT: ``vit.layers.0`` goes into the file as ``vit.encoder.layer.0``."""
    trained = ["model.classifier", "model.vit.layers.0.attention.q_proj", "model.vit.layers.0.norm"]
    older = [
        "classifier.weight",
        "vit.encoder.layer.0.attention.attention.query.weight",
        "vit.encoder.layer.0.ln.weight",
    ]

    def found(names: list[str], size: int) -> list[str]:
        verdicts = checkpoint.missing_params(trained, {"model.safetensors": names}, sizes={"model": size})
        return [verdict.level.value for verdict in verdicts if verdict.found]

    assert found(older, 3) == []
    assert found([*older, "vit.embeddings.running_mean"], 3) == []
    assert found(older[:2], 3) == ["alarm"]


NORMS = ["stem.1", "body.0.bn"]
WEIGHTS = ["stem.0.weight", "stem.1.weight", "stem.1.bias", "body.0.bn.weight", "body.0.bn.bias", "head.weight"]
COUNTS = ["stem.1.running_mean", "stem.1.running_var", "body.0.bn.running_mean", "body.0.bn.running_var"]


@pytest.mark.parametrize("prefix", ["", "module.", "net.model."])
def test_weights_of_all_norms_without_their_statistics_are_told(prefix: str) -> None:
    said = lost_statistics(NORMS, {"best.pth": [prefix + name for name in WEIGHTS]})
    assert said.found
    assert said.level is Level.WARNING
    assert "stem.1, body.0.bn" in said.message


@pytest.mark.parametrize(
    "saved",
    [
        {"best.pth": WEIGHTS + COUNTS},
        {"average.pth": WEIGHTS, "last.pth": WEIGHTS + COUNTS},
        {"head.pth": ["head.weight"]},
        {"adapters.pth": ["stem.0.lora_A.weight", "stem.1.weight"]},
    ],
)
def test_whole_states_averages_beside_them_and_parts_lack_no_statistics(saved: dict[str, list[str]]) -> None:
    assert not lost_statistics(NORMS, saved).found


SIDE_BY_SIDE = ["model.language.base_model.model.layers.0.q_proj", "model.numbers.net"]
LORA = "base_model.model.model.layers.0.q_proj.lora_A.weight"


def test_a_part_may_be_saved_by_itself_under_names_of_its_own() -> None:
    assert missing(SIDE_BY_SIDE, {"lora.st": [LORA], "numbers.st": ["net.0.weight"]}) == []
    assert missing(SIDE_BY_SIDE, {"lora.st": [LORA]}) == [("model.numbers.net", "alarm")]
    assert missing(["model.body.net", "model.head.net"], {"a.pt": ["body.net.0.weight"]}) == [
        ("model.head.net", "alarm")
    ]


def test_a_peft_adapter_saved_without_its_adapter_name_is_whole() -> None:
    trained = ["model.base_model.model.q_proj.lora_A.default", "model.base_model.model.q_proj.lora_B.default"]
    saved = ["base_model.model.q_proj.lora_A.weight", "base_model.model.q_proj.lora_B.weight"]
    assert missing(trained, {"adapter": saved}) == []


@pytest.mark.parametrize("adapter", ["default", "english"])
def test_parts_that_peft_trains_beside_its_adapters_are_saved_under_their_own_names(adapter: str) -> None:
    inner = "model.base_model.model.seq"
    trained = [f"{inner}.0.lora_A.{adapter}", f"{inner}.4.modules_to_save.{adapter}"]
    saved = ["base_model.model.seq.0.lora_A.weight", "base_model.model.seq.4.weight", "base_model.model.seq.4.bias"]
    assert missing(trained, {"adapter_model.safetensors": saved}) == []
    assert missing(trained, {"adapter_model.safetensors": saved[:1]}) == [(trained[1], "alarm")]
    assert missing(trained, {"adapter_model.safetensors": saved[1:]}) == [(trained[0], "alarm")]


def test_a_model_that_another_has_its_names_from_is_not_partly_saved() -> None:
    trained = ["generator.model.0", "generator.model.2", "discriminator.model.0", "discriminator.model.4"]
    assert missing(trained, {"generator.pth": ["model.0.weight", "model.2.weight"]}) == []
    both = ["generator.model.0.weight", "generator.model.2.weight", "discriminator.model.0.weight"]
    assert missing(trained, {"both.pth": both}) == [("discriminator.model.4", "alarm")]


@pytest.mark.parametrize(
    ("prefix", "validated", "level"),
    [("", [], "notice"), ("", ["mae"], "alarm"), ("", None, "alarm"), ("encoder.", [], "alarm")],
)
def test_a_part_saved_by_itself_where_nothing_was_validated_is_a_notice(
    prefix: str, validated: list[str] | None, level: str
) -> None:
    saved = {"encoder.pt": [f"{prefix}embed.weight", f"{prefix}blocks.0.weight"]}
    left = checkpoint.LeftOut(validated=validated)
    verdicts = checkpoint.missing_params(["mae.encoder.embed", "mae.encoder.blocks.0", "mae.decoder"], saved, left)
    assert [(one.subject, one.level.value) for one in verdicts if one.found] == [("mae.decoder", level)]


def test_adapters_that_peft_has_merged_into_their_layers_are_saved() -> None:
    trained = ["model.base_model.model.q_proj.lora_A.default", "model.base_model.model.head"]
    assert missing(trained, {"merged.pt": ["q_proj.weight", "head.weight"]}) == []
    assert missing(trained, {"base.pt": ["q_proj.base_layer.weight", "head.weight"]}) == [(trained[0], "alarm")]


def test_weights_saved_after_their_parametrization_was_removed_are_saved() -> None:
    trained = ["net.fc.parametrizations.weight", "net.head"]
    assert missing(trained, {"a.pt": ["fc.weight", "head.weight"]}) == []
    assert missing(trained, {"a.pt": ["head.weight"]}) == [("net.fc.parametrizations.weight", "alarm")]


def test_without_the_watch_checkpoints_of_one_series_are_compared() -> None:
    saved = {"step_1.pt": FULL, "step_2.pt": FULL[:3], "ema.pt": ["shadow.weight"]}
    assert missing([], saved) == [("step_2.pt", "warning")]
    (said,) = checkpoint.missing_params([], {"step_1.pt": FULL})
    assert said.state == "not judged"


def test_nothing_readable_is_not_judged() -> None:
    (said,) = checkpoint.missing_params(TRAINED, {})
    assert said.state == "not judged"


RUN = Run(
    "v", "v", RunKind.VALIDATE, Status.DONE, START, subject=Subject("t", "best.pt", None, "one"),
    started_at=START, ended_at=START + timedelta(minutes=5),
)  # fmt: skip


def version(name: str, minutes: float, path: str = "best.pt") -> Checkpoint:
    return Checkpoint("t", path, name, None, 10, START + timedelta(minutes=minutes), True)


@pytest.mark.parametrize(
    ("versions", "changed"),
    [
        ([version("one", -1)], False),
        ([version("one", -1), version("two", 2)], True),
        ([version("one", -1), version("two", 9)], False),
        ([version("zero", -9), version("one", -1)], False),
        ([version("one", -1), version("two", 2, "last.pt")], False),
    ],
)
def test_a_file_written_again_during_its_validation_is_said(versions: list[Checkpoint], changed: bool) -> None:
    assert checkpoint.checkpoint_changed(RUN, versions).found is changed


def test_without_a_version_nothing_is_judged() -> None:
    unknown = replace(RUN, subject=Subject("t", "best.pt"))
    assert checkpoint.checkpoint_changed(unknown, []).state == "not judged"
