"""Text that went through cp1252 comes back, and other text is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.importers import read
from labjournal.importers.mojibake import damage, repair


@pytest.mark.parametrize(
    "text", ["naïve — “quoted” 日本", "Größe größer", "ε_B ≈ 0.1 ± 0.02 → besser", "准确率 82.11%", "👍 done"]
)
def test_damage_is_put_right(text: str) -> None:
    assert damage(text) != text
    assert repair(damage(text)).text == text
    assert repair(damage(damage(text))).text == text


@pytest.mark.parametrize(
    "text", ["Ärger, Übung, ÄÖÜ", "São João à Ñandú", "déjà vu — «oui»", "PÂ£", "ÃO", "日本語 → ok", "Â° alone"]
)
def test_text_that_is_not_damaged_stays(text: str) -> None:
    assert repair(text).text == text


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=("Cs",)), min_size=2, max_size=60))
def test_any_damaged_text_comes_back_unless_it_looked_damaged_before(text: str) -> None:
    if repair(text).text == text:
        assert repair(damage(text)).text == text


def test_a_damaged_diary_is_read_repaired_and_its_original_kept() -> None:
    text = "## 2024-03-05\n### Größe — zweiter Versuch\nDas Modell ist „besser“.\n"
    document = read(damage(text), "d.md")
    assert document.entries[0].title == "Größe — zweiter Versuch"
    assert document.repaired >= 5
    assert document.original[1] == damage("### Größe — zweiter Versuch")
