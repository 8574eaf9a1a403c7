"""Metrics and sets named in other languages than English."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

SAID = [
    ("Akurasi: 0.912\n", "unclear", "accuracy"),
    ("Přesnost na testovacích datech: 0.912\n", "test", "accuracy"),
    ("Pontosság (teszt): 0.912\n", "test", "accuracy"),
    ("Tarkkuus: 0.912\n", "unclear", "accuracy"),
    ("Ακρίβεια: 0.912\n", "unclear", "accuracy"),
    ("Acuratețea: 0.912\n", "unclear", "accuracy"),
    ("Nøyaktighet: 0.912\n", "unclear", "accuracy"),
    ("دقت: 0.912\n", "unclear", "accuracy"),
    ("Klassifikationsgenauigkeit: 0.912\n", "unclear", "classification_accuracy"),
    ("Presisi: 0.912\n", "unclear", "precision"),
    ("validační ztráta: 0.912\n", "validation", "loss"),
]


@pytest.mark.parametrize(("text", "role", "name"), SAID)
def test_the_words_of_a_language_name_what_was_measured(text: str, role: str, name: str) -> None:
    (result,) = read_text(text).results
    assert (result.role, dict(result.metrics)) == (role, {name: 0.912})
