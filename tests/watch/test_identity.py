"""The training is the same bit for bit with and without the watch: weights after each step, random state at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import PROGRAMS, Zygote

pytest.importorskip("torch")

PRELUDE = """
import atexit, hashlib, runpy, sys
import torch

digest = hashlib.sha256()
steps = 0

def after(optimizer, args, kwargs):
    global steps
    steps += 1
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            digest.update(torch.view_as_real(parameter.detach()).contiguous().numpy().tobytes()
                          if parameter.is_complex() else parameter.detach().contiguous().float().numpy().tobytes())

from torch.optim.optimizer import register_optimizer_step_post_hook
register_optimizer_step_post_hook(after)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
digest.update(torch.get_rng_state().numpy().tobytes())
print("digest", steps, digest.hexdigest())
"""

PROGRAMS_SEEN = (
    "ok_amp ok_gan ok_lbfgs ok_compiled ok_sparse ok_lora late_adapter ok_checkpointing ok_vae ok_averaged "
    "shared_worker_rng seeded_each_epoch eval_forever dropout_in_eval by_hand_left_out ok_offloaded ok_meta "
    "ok_parametrized ok_complex ok_eight_bit ok_tied ok_adapter_stages ok_new_tokens pulled_to_start"
).split()


@pytest.mark.parametrize("program", PROGRAMS_SEEN)
def test_weights_and_random_state_do_not_depend_on_the_watch(program: str, tmp_path: Path, zygote: Zygote) -> None:
    (tmp_path / "digest.py").write_text(PRELUDE)
    name = str(PROGRAMS / f"{program}.py")
    plain = zygote.run(tmp_path / "digest.py", tmp_path, name, hook=False)
    hooked = zygote.run(tmp_path / "digest.py", tmp_path, name)
    assert plain.returncode == hooked.returncode == 0, hooked.stderr
    assert plain.stdout == hooked.stdout
    assert "digest" in plain.stdout
    assert program.startswith("by_hand") or hooked.data("watch_end")[0]["looks"] > 15
