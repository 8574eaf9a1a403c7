"""What each study promises before it runs: every fault switched on and explained, every column its notes end in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from study_code import ENTRIES, scripts

from labjournal.studies import protocol

STUDIES = sorted(path.parent.name for path in ENTRIES.glob("*/study.toml"))
WANTED = "the packages of the studies are not installed: pip install -e .[studies]"
FAULTS = {
    "covariance": "zero_weight detach_blend beta_one nan_batch hidden_network wrong_total off_by_one tiny_grad",
    "jets": "no_embed no_save no_grad frozen_optimizer load_order one_class silent nan stop_at_step leak",
    "lenses": "A1 A2 A3 A4 A6 E1 C1 B5 D1",
    "lrt": "sign unequal_epochs lambda0 reverted_setting no_floor same_centres",
    "profile": "old_mapping no_seed edge unit_factor per_particle_scale slow wrong_reference",
}
"""By their switches, as the notes call them."""
COLUMNS = {
    "covariance": "beta_end_used warm_up train_total train_main train_aux val_blend val_pred val_samp nmse_d nmse_o "
    "last_grad_norm angle_blend corrections",
    "jets": "correct_background correct_signal unknown accuracy precision[background] precision[signal] f1[background] "
    "f1[signal] tpr fpr sic",
    "lenses": "best_epoch unique_share tpr_fpr1e4 found_1e4 positives tpr_fpr1e3 fpr_tpr85 tie_size ends_share "
    "train_loss configurations theta_E_least theta_E_most saved_by_compression",
    "lrt": "trained_den trained_num loss_den loss_num aux_den aux_num T T_per_kernel slope_den slope_num residual "
    "mean_T sd_T ks_p T_target p_target",
    "profile": "s_per_point beta_min bracketed_beta w_min chi2_min dof S_opt scatter offset sigma_beta",
}
"""What the tables that the notes end in say of each run; set, size, interval, code and flags the journal adds."""
AS_OPTIONS = {
    "lenses": ("faults", "norm", "stop"),
    "lrt": ("sign", "verdict"),
    "profile": ("objective", "grid", "seeds", "max_iter"),
}
"""Columns of words: stated as options of the result."""


def switched(study: protocol.Study) -> Iterator[str]:
    for stage in study.stages:
        words = stage.fault.add.split() if stage.fault else []
        if "--fault" in words:
            named = words[words.index("--fault") + 1 :]
            end = next((k for k, word in enumerate(named) if word.startswith("-")), len(named))
            yield from (name for word in named[:end] for name in word.split(","))


@pytest.mark.parametrize("name", STUDIES)
def test_every_fault_of_the_notes_is_switched_on_and_explained(name: str) -> None:
    study = protocol.load(ENTRIES / name, "smoke")
    assert set(FAULTS[name].split()) == set(switched(study))
    readme = (ENTRIES / name / "README.md").read_text()
    explained = readme[readme.index("## What each fault shows") :]
    assert [one for one in FAULTS[name].split() if f"`{one}`" not in explained] == []
    assert all(stage.fault.shows or stage.fault.breaks for stage in study.stages if stage.fault)


@pytest.mark.parametrize("name", STUDIES)
def test_the_tables_have_the_columns_that_the_notes_end_in(name: str) -> None:
    study = protocol.load(ENTRIES / name, "full")
    shown = {metric for table in study.tables for metric in table.metrics}
    assert set(COLUMNS[name].split()) - shown == set()
    scripts_of = "".join(path.read_text() for path in (ENTRIES / name).glob("*.py"))
    assert [one for one in AS_OPTIONS.get(name, ()) if f'"{one}"' not in scripts_of] == []


@pytest.mark.parametrize("name", STUDIES)
def test_the_runs_that_a_readme_counts_are_those_of_its_stages(name: str) -> None:
    told = re.search(r"--smoke.*?(\d+) (?:short )?runs", (ENTRIES / name / "README.md").read_text())
    study = protocol.load(ENTRIES / name, "smoke")
    runs = 0
    for stage in study.stages:
        section = stage.section
        trials = section.search.trials if section.search else 1
        runs += trials * max(section.seeds, 1) * section.best * math.prod(map(len, section.grid.values()))
    assert told is not None
    assert int(told[1]) == runs


@pytest.mark.parametrize("name", STUDIES)
def test_the_scripts_know_the_faults_that_the_study_switches_on(name: str) -> None:
    if name == "jets":
        for library in ("transformers", "peft"):
            pytest.importorskip(library, reason=WANTED)
    files = {"profile": ("scan",), "lrt": ("lrt",)}.get(name, ("train",))
    study = protocol.load(ENTRIES / name, "smoke")
    with scripts(name, *files) as modules:
        known = {fault for module in modules for fault in module.FAULTS}
    assert known <= set(switched(study)), "a fault nobody switches on"
