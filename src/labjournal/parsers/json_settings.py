"""Keys of JSON documents under which nothing that was measured stands."""

from __future__ import annotations

_SETTINGS = frozenset(
    """args arguments config configs configuration hparams hyperparameters hyperparams hyper_parameters params
    parameters settings training_args model_config train_config best_params best_hyperparameters model_args
    data_args optimizer scheduler cfg env environment versions timing generation_config lora_config peft_config
    search_space param_grid meta metadata dataset_info label2id id2label class_weights speed targets target
    thresholds expected previous history_best feature_importances feature_importance importances importance
    latency latencies timings runtime metric_per_case per_case per_sample per_image per_example""".split()
)


_SETTINGS_ENDS = (
    "_cfg",
    "_config",
    "_args",
    "_params",
    "_kwargs",
    "_weights",
    "_settings",
    "_hparams",
    "_thresholds",
    "_importances",
)


def settings_key(key: object) -> bool:
    """Whether settings, wishes, times or importances stand below a key."""
    key = str(key)
    return key.lower() in _SETTINGS or key.lower().endswith(_SETTINGS_ENDS)
