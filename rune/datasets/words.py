"""The limit of the words of a recording: its label, and the names of its person and its device."""

from __future__ import annotations

from typing import Final

WORD_LIMIT: Final = 60
"""Characters of a label, a pseudonym or a device. Models, forms, pages and the front end read it here."""
