"""The picture that a chat shows beside the link of a public rune: its name, what it is and its figures."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

from django.core.cache import caches
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
"""The size that services which show links require."""
_MARGIN = 80
_PAPER, _INK, _FADED_INK, _LINE, _ACCENT = "#faf9f7", "#1f1b18", "#665f57", "#e4e0d9", "#c2410c"
_LINES = 3
"""The lines of the description."""
_EDITION = "2"
"""Another one where the drawing changes."""


@dataclass(frozen=True)
class PictureFacts:
    """The facts on the picture; the picture is a function of them."""

    organisation: str
    name: str
    tag: str
    about: str
    figures: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Names the picture."""
        return hashlib.sha256("\0".join([_EDITION, *map(str, astuple(self))]).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Faces:
    """The files of the faces that it is written in."""

    regular: Path
    bold: Path


def picture_of(facts: PictureFacts, faces: Faces) -> bytes:
    """The PNG, drawn once in a process for the same facts."""
    key = f"rune-picture:{facts.digest}"
    picture: bytes | None = caches["process"].get(key)
    if picture is None:
        picture = _draw_picture(facts, faces)
        caches["process"].set(key, picture)
    return picture


def _draw_picture(facts: PictureFacts, faces: Faces) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 12), fill=_ACCENT)
    room = WIDTH - 2 * _MARGIN
    draw.text((_MARGIN, 76), f"{facts.organisation} /", font=_font(faces.regular, 38), fill=_FADED_INK)
    name = _fitting(draw, facts.name, faces.bold, room)
    draw.text((_MARGIN, 122), facts.name, font=name, fill=_INK)
    top = 262
    # The faces have the letters of Western Europe; what is written in others would be boxes.
    if facts.about.encode("cp1252", "ignore").decode("cp1252") == facts.about:
        for line in _wrapped_lines(draw, facts.about, _font(faces.regular, 38), room):
            draw.text((_MARGIN, top), line, font=_font(faces.regular, 38), fill=_FADED_INK)
            top += 54
    draw.line((_MARGIN, 478, WIDTH - _MARGIN, 478), fill=_LINE, width=2)
    draw.text((_MARGIN, 508), "   ".join((facts.tag, *facts.figures)), font=_font(faces.bold, 32), fill=_INK)
    caption = "Runs in your browser  ·  Hammer Forge"
    draw.text((_MARGIN, 562), caption, font=_font(faces.regular, 28), fill=_ACCENT)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=32)
def _font(face: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face), size)


def _fitting(draw: ImageDraw.ImageDraw, text: str, face: Path, room: int) -> ImageFont.FreeTypeFont:
    """The face of a name in the largest size in which it stands on one line."""
    size = 96
    while size > 32 and draw.textlength(text, font=_font(face, size)) > room:
        size -= 8
    return _font(face, size)


def _wrapped_lines(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, room: int) -> Sequence[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=font) <= room:
            lines[-1] = longer
        elif len(lines) == _LINES:
            lines[-1] = lines[-1][: max(1, len(lines[-1]) - 2)] + "…"
            break
        else:
            lines.append(_cut(draw, word, font, room))
    return lines


def _cut(draw: ImageDraw.ImageDraw, word: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    while len(word) > 1 and draw.textlength(word, font=font) > room:
        word = word[: len(word) * 3 // 4]
    return word
