"""The badge that a README elsewhere shows of a public rune: its name, its version and what is said of it, as SVG."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import astuple, dataclass
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

_EDITION = "2"
"""Another one where the drawing changes."""
_HEIGHT, _PADDING = 20, 7
_LABEL_COLOUR = "#4a433c"
_NARROW, _WIDE = frozenset(" !'()*,.:;I[]fijlrt|"), frozenset("%@MWmw")
_LONGEST = 60
"""Letters of each half."""


class BadgeColour(StrEnum):
    """The right half's, each with at least 4.5:1 of contrast to white."""

    GOOD = "#147a38"
    PLAIN = "#1d4ed8"
    WARNING = "#925a05"
    BAD = "#b91c1c"
    NONE = "#665f57"


@dataclass(frozen=True)
class BadgeFacts:
    """The facts on a badge; the badge is a function of them."""

    label: str
    message: str
    colour: BadgeColour

    @property
    def digest(self) -> str:
        """Names the badge."""
        return hashlib.sha256("\0".join([_EDITION, *map(str, astuple(self))]).encode()).hexdigest()[:20]


def badge_of(facts: BadgeFacts) -> str:
    """The badge, as a document of its own that loads nothing."""
    label, message = _cut(facts.label), _cut(facts.message)
    left, right = (_width(text) + 2 * _PADDING for text in (label, message))
    title = f"{label}: {message}"
    size = f'width="{left + right}" height="{_HEIGHT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(title)}>'
        f"<title>{escape(title)}</title>"
        f'<clipPath id="r"><rect {size} rx="4" fill="#fff"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{_HEIGHT}" fill="{_LABEL_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{facts.colour.value}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f"{_text(label, _PADDING)}{_text(message, left + _PADDING)}</g></svg>\n"
    )


def _text(text: str, x: int) -> str:
    # The length holds in whatever face the reader's browser takes.
    return f'<text x="{x}" y="14" textLength="{_width(text)}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def _width(text: str) -> int:
    """Pixels that a text takes in Verdana of 11 pixels, about."""
    return max(1, round(sum(map(_letter_width, text))))


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return 4.2
    if unicodedata.east_asian_width(letter) in "WF":
        return 11.5
    return 9.8 if letter in _WIDE else 7.0


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
