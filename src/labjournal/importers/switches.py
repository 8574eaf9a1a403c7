"""What a text says was on or off while something was measured: the numeric input first of all."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPTION = re.compile(
    r"\b(?P<not>with(?:\s+no|out)(?:\s+(?:the|any|using|separate))*|no|not\s+using(?:\s+the)?|excluding|ohne|sans|sin)\s+(?P<off>{what})"
    r"|\b(?:with(?:\s+the)?|using(?:\s+the)?|including|mit|avec|con)\s+(?P<on>{what})"
    r"|\b(?P<named>{what})[\s:=(]*(?:was|were|is|are)?\s*(?:(?P<yes>enabled|on|active|activated|yes|true|given|used)|(?P<no>disabled|off|inactive|deactivated|no|false|not\s+(?:given|used)|omitted|removed))\b"
    r"|\b(?P<yes2>enabled|disabled)\s+(?P<named2>{what})".replace(
        "{what}",
        r"(?:separate\s+|seperate\s+)?(?:numeric(?:al)?|[\w-]+)\s+(?:fusion\s+)?(?:inputs?|adapters?|features?|values?|branch|data)",
    ),
    re.IGNORECASE,
)
_DURING = re.compile(
    r"\b(?P<not>no|without(?:\s+the)?|not\s+using(?:\s+the)?)?\s*(?:with\s+|using\s+)?(?:the\s+)?(?P<what>[\w-]+(?:\s+[\w-]+){0,2}?)\s+(?:(?P<off>disabled|off)\s+|(?:enabled|on|used)\s+)?(?:during|in|at|for)\s+(?:the\s+)?(?:validation|inference|evaluation|testing|test\s+time)\b",
    re.IGNORECASE,
)
_TRAINED = re.compile(r"\b(?:train\w*|fine-?tun\w*|pre-?train\w*)\b", re.IGNORECASE)
_NOT_GIVEN = re.compile(
    r"\b(?:(?:are|am|was|were|is|did|have|had|do)\s+(?:not|n[o']t)|(?:are|was|were|did|do|have|is)n[’']?t|without|not)\s+(?:(?:giving|give|given|using|use|used"
    r"|providing|provided?|feeding|fed?|passing|passed|enabling|enabled?|supplying|supplied)\s+)(?:\w+\s+){0,3}?numeric(?:al)?\s+(?:inputs?|features?|values?)",
    re.IGNORECASE,
)


def options_in(text: str) -> dict[str, str]:
    """Options of the evaluation: ``numeric`` on or off, and others that are said to be on or off.

    "with Numeric Fusion Adapter" in a heading says what was trained; only "during validation", an input, or a plain
    on, off, enabled or disabled say how it was measured.
    """
    found: dict[str, str] = {}
    for match in _DURING.finditer(text):
        state = "off" if match["not"] or match["off"] else "on"
        found[_option_name(match["what"])] = state
    for match in _OPTION.finditer(text):
        if match["off"] or match["on"]:
            what = match["off"] or match["on"]
            if not re.search(r"inputs?$|features?$|values?$", what, re.I) or _NO_OPTION.search(what):
                continue
            found.setdefault(_option_name(what), "off" if match["off"] else "on")
            continue
        what = match["named"] or match["named2"]
        if _NO_OPTION.search(what):
            continue
        on = match["yes"] or (match["yes2"] or "").lower() == "enabled"
        found.setdefault(_option_name(what), "on" if on else "off")
    found = {name: state for name, state in found.items() if name and not name.startswith("numeric")}
    bare = _BARE_ADAPTER.search(text)
    if bare is not None and "adapter" not in found:
        found["adapter"] = "on" if bare["on"] else "off"
    given = _numbers_given(text)
    return found if given is None else {"numeric": given, **found}


_BARE_ADAPTER = re.compile(
    r"(?<!lora )(?<!numeric )(?<!numerical )(?<!fusion )\b(?:(?P<off>without|no)\s+(?:the\s+)?adapter\b"
    r"|adapter\s*[:=(]?\s*(?:(?:was|is)\s+)?(?:(?P<on>enabled|on|active)|disabled|off|inactive)\b)",
    re.IGNORECASE,
)
_N = (
    r"(?:(?:separate|seperate|raw|extra)\s+)?(?:nfa\b|(?:use_)?numeric(?:al|s)?\b(?:[\s_-]+(?:fusion|inputs?|features?|values?|embeddings?|branch|adapter"
    r"|data|layer|path|channel|info(?:rmation)?)\b)*|(?:use_)?numeric_\w+|numbers\b)"
)
_ON = r"(?:enabled|on(?=\s*(?:$|[^\w\s]|during\b))|active|activated|true|yes|given|used|included)"
_OFF = (
    r"(?:disabled|off|inactive|deactivated|false|no|omitted|removed|zeroed|excluded"
    r"|not\s+(?:given|used|enabled|included))"
)
_AFTER = re.compile(
    rf"(?<![\w-]){_N}\s*[\s:=(]*(?:(?:was|were|is|are|turned|switched|being)\s+){{0,2}}(?:(?P<off>{_OFF})|(?P<on>{_ON}))(?![\w-])"
    r"(?!\s+the\b|\s*[/&]|\s+(?:and|or|vs)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?<![\w-])(?:(?P<off>without|w/o|no|not\s+using|excluding|disabled|zeroed|minus|ohne|sans|sin)"
    rf"|(?P<on>with|w/|using|enabled|including|plus|mit|avec|con))(?:\s+(?P<no>no))?"
    rf"(?:\s+(?:the|any|using|separate|seperate|additional|all|its|zeroed))*\s+(?P<what>{_N})",
    re.IGNORECASE,
)
_ZEROED = re.compile(rf"\bzeroed\s+{_N}", re.IGNORECASE)
_NAMED_ALONE = re.compile(rf"\(\s*{_N}\s*\)", re.IGNORECASE)
_TRAINED_SO = re.compile(r"\b(?:re-?)?(?:train|fine-?tun|learn)\w*\s+(?:\w+\s+){0,2}?$", re.IGNORECASE)
_ADAPTER = re.compile(r"\b(?:nfa|adapter|layer|branch)\s*$", re.IGNORECASE)
_CHECKPOINT_NAMED = re.compile(
    r"\b(?:checkpoint|chkpt|chkpoint|ckpt|step|iteration|iter|epoch)s?\W{0,3}\d|\.(?:pth?|ckpt|safetensors)\b",
    re.IGNORECASE,
)


def _numbers_given(text: str) -> str | None:
    """Whether the numbers went in; None when the text does not say it, or says both.

    "With the adapter" beside a checkpoint says what was trained, not what was measured.
    """
    if alternatives(text) is not None:
        return None
    said = {"off" if match["off"] else "on" for match in _AFTER.finditer(text)}
    if not said:
        for match in _BEFORE.finditer(text):
            if _TRAINED_SO.search(text[: match.start()]):
                continue
            on = match["on"] is not None and match["no"] is None
            if on and _ADAPTER.search(match["what"]) and (_CHECKPOINT_NAMED.search(text) or _TRAINED.search(text)):
                continue
            said.add("on" if on and not _ZEROED.search(text) else "off")
    if len(said) == 1:
        return next(iter(said))
    if said:
        return None
    if _TEXT_ONLY.search(text):
        return "off"
    return "on" if _TEXT_AND_NUMBERS.search(text) or _NAMED_ALONE.search(text) else None


_TEXT_ONLY = re.compile(
    r"\b(?:text(?:ual)?[\s-]only|text(?:ual)?\s+(?:prompt|inputs?)\s+only|only\s+text(?:ual)?(?:\s+(?:prompt|inputs?))?|purely?\s+text(?:ual)?)\b",
    re.IGNORECASE,
)
_TEXT_AND_NUMBERS = re.compile(r"\btext(?:ual)?\s*(?:\+|&|and)\s*numeric|\bnumeric(?:al)?\s*(?:\+|&|and)\s*text", re.I)


_NO_OPTION = re.compile(
    r"\b(?:validation|training|test|more|new|these|those|following|unknown|same|of|and)\s+\w+$", re.I
)


def _option_name(what: str) -> str:
    words = [word for word in re.findall(r"\w[\w-]*", what.lower()) if word not in _FILL and not _PLACE.search(word)]
    if words and words[0].startswith("numeric"):
        return "numeric"
    return "_".join(words[:-1] if len(words) > 1 and words[-1] in _NOUNS else words)


_PLACE = re.compile(r"\d|^(?:data-?set|checkpoint|ckpt|black-?box|set|validation|results?)$")
_FILL = frozenset("the a an separate seperate with using any of no not and".split())
_NOUNS = frozenset("input inputs adapter adapters feature features value values branch data".split())


def not_given(text: str) -> bool:
    """Whether prose says that the numbers were not handed to the model."""
    return _NOT_GIVEN.search(text) is not None


_TWO = re.compile(
    rf"{_N}\s*(?P<a>on|off|enabled|disabled)\s*(?:/|,|;|and|then)\s*(?:then\s+)?(?:{_N}\s*)?(?P<b>on|off|enabled|disabled)\b"
    rf"|\b(?P<c>with(?:out)?)\s*(?:/|,|and|then)\s*(?P<d>with(?:out)?)\s+{_N}",
    re.IGNORECASE,
)
_OFF_WORDS = frozenset(("off", "disabled", "without"))


def alternatives(text: str) -> tuple[str, str] | None:
    """The two states a line announces for the two results below it: "numeric off / numeric on:"."""
    match = _TWO.search(text)
    if match is None:
        return None
    first, second = ("off" if (match[x] or match[y]).lower() in _OFF_WORDS else "on" for x, y in ("ac", "bd"))
    return (first, second) if first != second else None


_REFERRED = re.compile(r"\b(?P<how>with|without)\s+(?:it|them)\b(?!\s*(?:self|sel))", re.IGNORECASE)


def referred(text: str) -> str | None:
    """The state of the option spoken of last: "and the same checkpoint without it"."""
    match = _REFERRED.search(text)
    return None if match is None else "off" if match["how"].lower() == "without" else "on"


_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_HOLDS = re.compile(
    r"^\W*(?:all|both|everything)\b|\b(?:for|in)\s+(?:all|each|every|both)\b|\b(?:throughout|everywhere)\b", re.I
)
_NOT_NOW = re.compile(
    r"\b(?:will|would|should|could|might|may|if|want(?:ed)?|plan|next|later|hope|than|before|previous(?:ly)?|was\s+bad|training|trained)\b",
    re.I,
)


def said_of_all(text: str) -> str | None:
    """The state that a sentence gives to all results around it: "All numeric enabled.", "enabled for all of these"."""
    for sentence in _SENTENCE.split(text):
        if len(sentence) <= 160 and _HOLDS.search(sentence) and not _NOT_NOW.search(sentence):
            given = _numbers_given(re.sub(r"\s+(?:for|in)\s+(?:all|each|every|both)\b.*|[.!?]\s*$", "", sentence))
            if given is not None:
                return given
    return "off" if not_given(text) else None


def full_option_names(options: Mapping[str, str], text: str, known: bool = False) -> dict[str, str]:
    """``adapter`` as the same heading spells it out: "Numeric Fusion Adapter (no adapter during validation)".

    ``known`` says that the diary has a numeric adapter, so that "the adapter" is that one.
    """
    numeric = known or names_numeric_adapter(text)
    return {"numeric" if numeric and name in _NOUNS else name: state for name, state in options.items()}


def names_numeric_adapter(text: str) -> bool:
    return _NUMERIC_ADAPTER.search(text) is not None


_NUMERIC_ADAPTER = re.compile(r"\bnumeric(?:al)?\s+(?:\w+\s+)?(?:adapter|input|branch)", re.IGNORECASE)
