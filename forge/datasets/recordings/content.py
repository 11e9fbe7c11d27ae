"""Reads a recording that somebody sent: what is stored of it, or why it is refused."""

from __future__ import annotations

from collections.abc import Iterable

from forge.datasets.errors import ContentRefused
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import join_chunks, read_content


def checked_content(chunks: Iterable[bytes]) -> Content:
    """Reads a recording without what tells of its maker. Raises `ContentRefused`."""
    try:
        return read_content(join_chunks(chunks))
    except BadContent as error:
        raise ContentRefused(str(error)) from None
