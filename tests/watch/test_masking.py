"""Secrets are hidden, settings are not."""

from __future__ import annotations

import pytest

from labjournal.watch.masking import MASK, masked, masked_argv, secret_name


@pytest.mark.parametrize(
    "name", ["password", "db.password", "hf_token", "--token", "api-key", "WANDB_API_KEY", "secret_key", "access_key"]
)
def test_names_of_secrets(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize(
    "name", ["max_tokens", "token_dropout", "tokenizer", "n_tokens", "key", "key_dim", "num_keys", "author", "monkey"]
)
def test_names_that_only_look_alike(name: str) -> None:
    assert not secret_name(name)


def test_values_are_hidden_by_name_and_by_look() -> None:
    values = {
        "lr": 0.1,
        "hf_token": "abc",
        "url": "sk-0123456789abcdef0123",
        "nested": {"password": "x", "n": 3},
        "token": 7,
    }
    assert masked(values) == {
        "lr": 0.1,
        "hf_token": MASK,
        "url": MASK,
        "nested": {"password": MASK, "n": 3},
        "token": 7,
    }


def test_a_command_line_keeps_all_but_its_secrets() -> None:
    argv = ["train.py", "--lr", "0.1", "--token", "abc", "--api-key=xyz", "--tokens", "512"]
    assert masked_argv(argv) == ["train.py", "--lr", "0.1", "--token", MASK, f"--api-key={MASK}", "--tokens", "512"]
