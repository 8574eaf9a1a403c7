"""Text of strangers for LaTeX: nothing in it is a command, and Greek and mathematical signs compile everywhere."""

from __future__ import annotations

import re
import unicodedata

from labjournal.format.text import visible

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",  # \textquotedbl needs a font encoding that the plain classes do not have
    "[": "{[}",  # a row that begins with one would be read as an argument of the line end before it
    "]": "{]}",
    "−": r"\ensuremath{-}",
    "±": r"\ensuremath{\pm}",
    "×": r"\ensuremath{\times}",
    "†": r"\ensuremath{\dagger}",
    "—": r"\textemdash{}",
    "–": r"\textendash{}",
    "`": r"\textasciigrave{}",
    "…": r"\ldots{}",
    "„": "{,}{,}",
    "‚": ",",
    "⁻": r"\ensuremath{^-}",
    "⁺": r"\ensuremath{^+}",
}
_MATHS = """≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ∼ sim ∝ propto ∞ infty ∈ in ∉ notin ⊂ subset ∪ cup ∩ cap ∑ sum ∏ prod
∫ int ∂ partial ∇ nabla √ surd · cdot ⋅ cdot ∘ circ ⊕ oplus ⊗ otimes ⇒ Rightarrow ⇔ Leftrightarrow ↔
leftrightarrow ∀ forall ∃ exists ∅ emptyset ∥ parallel ⟨ langle ⟩ rangle ★ star ⋆ star ✓ surd ′ prime ℓ ell ∗
ast ÷ div µ mu ¬ neg ς varsigma
ϵ epsilon ϕ phi ϑ vartheta ϱ varrho « ll » gg ‹ langle › rangle"""
_LATEX |= {
    sign: rf"\ensuremath{{\{name}}}" for sign, name in zip(_MATHS.split()[::2], _MATHS.split()[1::2], strict=True)
}
_LATEX |= {
    sign: rf"\ensuremath{{{mark}{digit}}}"
    for signs, mark in (("⁰¹²³⁴⁵⁶⁷⁸⁹", "^"), ("₀₁₂₃₄₅₆₇₈₉", "_"))
    for digit, sign in enumerate(signs)
}
_EVERYWHERE = frozenset("‘’“”‡•€™‰→←↑↓")
"""Signs beyond Latin that LaTeX knows with ``textcomp``."""


def _greek(sign: str) -> str | None:
    """``\\alpha`` for α; capitals that look like Latin ones are set as these."""
    kind, _, name = unicodedata.name(sign, "").partition(" LETTER ")
    if kind not in ("GREEK SMALL", "GREEK CAPITAL") or " " in name:
        return None
    name = {"LAMDA": "LAMBDA"}.get(name, name)
    looks = {"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I", "KAPPA": "K", "MU": "M",
             "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T", "CHI": "X"}  # fmt: skip
    if kind == "GREEK CAPITAL":
        return looks.get(name) or rf"\ensuremath{{\{name.capitalize()}}}"
    return "o" if name == "OMICRON" else rf"\ensuremath{{\{name.lower()}}}"


def latex(text: str) -> str:
    """One line of text for LaTeX, table cells included: all of it is shown, none of it is a command."""
    signs = (_LATEX.get(sign) or _greek(sign) or sign for sign in visible(text))
    # two dashes or quotes in a row would become another sign
    return re.sub(r"([-'])(?=\1)", r"\1{}", "".join(signs)).replace(",,", ",{},")


def beyond_latex(text: str) -> str:
    """The signs of a LaTeX text that need XeLaTeX or LuaLaTeX and a font that has them, each once."""
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) > 0x24F and sign not in _EVERYWHERE))
