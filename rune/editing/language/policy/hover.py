"""Hover text for a word of a `forge.yml`, as Markdown."""

from __future__ import annotations

from rune.editing.language.facts.documentation import code
from rune.editing.language.facts.place import TextPlace
from rune.editing.language.hover import Hover
from rune.editing.language.policy.analysis import PolicyAnalysis
from rune.source.policy.documentation import APPROVALS, BUILD_PREFERENCES, KEYS, LIMITS, ROLE_MEANINGS, TAGS
from rune.source.policy.tags import names_version


def hover_policy(analysis: PolicyAnalysis, offset: int) -> Hover | None:
    """The hover at an offset; None between words and where nothing is known."""
    place = analysis.place_at(offset)
    if place is None:
        return None
    text = _text(analysis, place)
    return None if text is None else Hover(place.word.span, text)


def _text(analysis: PolicyAnalysis, place: TextPlace) -> str | None:
    word = place.word.text
    match place.path:
        case () if place.is_key:
            return _paragraph(word, KEYS.get(word))
        case ("build",) if place.is_key:
            return _paragraph(word, BUILD_PREFERENCES.get(word))
        case ("build", str(name)):
            return _paragraph(name, BUILD_PREFERENCES.get(name))
        case ("limits",) if place.is_key:
            return _paragraph(word, LIMITS.get(word))
        case ("limits", "recall") if place.is_key:
            is_known = not analysis.labels or word in analysis.labels
            hint = "" if is_known else "\n\nNo stage of the pipeline answers with this label."
            return f"The least share of the test samples of {code(word)} that the model must recognise.{hint}"
        case ("limits", str(name)):
            return _paragraph(name, LIMITS.get(name))
        case ("limits", str(name), str()) if name in LIMITS:
            return _paragraph(name, LIMITS[name])
        case ("approvals", int()) if place.is_key:
            return _paragraph(word, APPROVALS.get(word))
        case ("owners" | "checks" as section,) if place.is_key:
            return _paragraph(word, KEYS[section])
        case ("approvals", int(), "from", *_) | ("owners", str(), *_):
            return _paragraph(
                word, ROLE_MEANINGS.get(word) or ("A group of this file." if word in analysis.groups else None)
            )
        case ("protected-tags", *_):
            return _paragraph(word, TAGS.get(word) or (f"The version {word}." if names_version(word) else None))
        case _:
            return None


def _paragraph(word: str, text: str | None) -> str | None:
    return None if text is None else f"**{code(word)}**\n\n{text}"
