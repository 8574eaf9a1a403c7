"""Settings of scripts that use no parser: constants at the top, configuration objects, bare options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.watch.hooked import run_hooked

from labjournal.watch import script


def _told(folder: Path, text: str, *words: str) -> dict[str, dict[str, Any]]:
    (folder / "train.py").write_text(text)
    done = run_hooked(["train.py", *words], folder)
    assert done.returncode == 0, done.stderr
    return {data["source"]: data["values"] for data in done.data("settings")}


def test_constants_at_the_top_are_settings_and_counters_are_not(tmp_path: Path) -> None:
    told = _told(
        tmp_path,
        "import numpy\n"
        "batch_size, unread = 64, 3\n"
        "learning_rate = 1e-3\n"
        "block_size: int = 8 * 32\n"
        "betas = (0.9, 0.95)\n"
        "dataset = 'openwebtext'\n"
        "iter_num = 0\n"
        "best_val_loss = 1e9\n"
        "api_key = 'abcdef'\n"
        "_private = 1\n"
        "text = 'a\\nb'\n"
        "total = sum([1, 2])\n"
        "seen = 0\n"
        "if __name__ == '__main__':\n"
        "    epochs = 5\n"
        "    for iter_num in range(3):\n"
        "        best_val_loss = 1.0\n"
        "    def count():\n"
        "        global seen\n"
        "        seen += 1\n",
    )
    assert told["script"] == {
        "learning_rate": 0.001,
        "block_size": 256,
        "betas": [0.9, 0.95],
        "dataset": "openwebtext",
        "api_key": "(hidden)",
        "epochs": 5,
    }


def test_what_a_configurator_made_of_the_constants_counts(tmp_path: Path) -> None:
    (tmp_path / "configurator.py").write_text(
        "import sys\n"
        "for word in sys.argv[1:]:\n"
        "    name, value = word[2:].split('=')\n"
        "    globals()[name] = type(globals()[name])(value)\n"
    )
    told = _told(
        tmp_path,
        "import numpy\nlearning_rate = 6e-4\nmax_iters = 600000\nexec(open('configurator.py').read())\n",
        "--max_iters=20",
    )
    assert told["script"] == {"learning_rate": 6e-4, "max_iters": 20}
    assert told["command-line"] == {"max_iters": 20}


def test_configuration_objects_are_read_and_what_holds_more_than_values_is_not(tmp_path: Path) -> None:
    told = _told(
        tmp_path,
        "import numpy\n"
        "from dataclasses import dataclass\n"
        "from pathlib import Path\n"
        "@dataclass\n"
        "class ModelConfig:\n"
        "    width: int = 64\n"
        "    out: Path = Path('runs')\n"
        "class CfgNode:\n"
        "    def __init__(self, **fields): self.__dict__.update(fields)\n"
        "class Config:\n"
        "    lr = 0.1\n"
        "    def shown(self): return 1\n"
        "hparams = {'dropout': 0.2, 'layers': [1, 2], 'name': None}\n"
        "model_config = ModelConfig(width=32)\n"
        "C = CfgNode(trainer=CfgNode(batch_size=8), seed=3)\n"
        "opt = {'state': numpy.zeros(3)}\n"
        "params = [1, 2]\n"
        "class Optimizer: pass\n"
        "args = Optimizer(); args.model = object()\n",
    )
    assert told["config-object"] == {
        "dropout": 0.2,
        "layers": [1, 2],
        "name": None,
        "width": 32,
        "out": "runs",
        "trainer": {"batch_size": 8},
        "seed": 3,
        "lr": 0.1,
    }


def test_a_field_of_two_configurations_keeps_the_name_of_its_object(tmp_path: Path) -> None:
    told = _told(tmp_path, "import numpy\nencoder_config = {'width': 8, 'bias': True}\ndecoder_config = {'width': 4}\n")
    assert told["config-object"] == {"width": 8, "bias": True, "decoder_config.width": 4}


def test_options_count_only_where_no_parser_has_read_them(tmp_path: Path) -> None:
    text = (
        "import numpy, argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr')\nparser.parse_args()\n"
    )
    assert set(_told(tmp_path, text, "--lr", "3")) == {"argparse"}


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("--lr=1e-3 --n-layer 4 --compile=False", {"lr": 1e-3, "n_layer": 4, "compile": False}),
        ("config/small.py model.dim=64 +trainer.steps=10", {"model.dim": 64, "trainer.steps": 10}),
        ("--debug --name base", {"debug": True, "name": "base"}),
        ("--offset -3 data.csv", {"offset": -3}),
        ("https://a.b/c?d=1 -v", {}),
    ],
)
def test_bare_options_of_a_command_line(words: str, settings: dict[str, Any]) -> None:
    assert script.options(words.split()) == settings


def test_a_script_that_computes_nothing_is_not_read(tmp_path: Path) -> None:
    assert _told(tmp_path, "lr = 0.1\n", "--lr=3") == {}


def test_the_rate_of_an_optimizer_is_the_one_it_was_built_with_though_a_warm_up_has_it_at_zero(tmp_path: Path) -> None:
    told = _told(
        tmp_path,
        "import torch\n"
        "model = torch.nn.Linear(3, 1)\n"
        "optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)\n"
        "schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 4))\n"
        "for _ in range(5):\n"
        "    model(torch.randn(4, 3)).square().mean().backward()\n"
        "    optimizer.step()\n"
        "    schedule.step()\n"
        "    optimizer.zero_grad()\n",
    )
    assert told["optimizer"]["AdamW.lr"] == 2e-3
