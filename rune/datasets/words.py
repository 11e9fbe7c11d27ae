"""The words of a recording: the limit of its label and of the names of its person and device, and the label of all
that has no other one."""

from __future__ import annotations

from typing import Final

WORD_LIMIT: Final = 60
"""Characters of a label, a pseudonym or a device. Models, forms, pages and the front end read it here."""
BACKGROUND: Final = "background"
"""The label of everything that is none of the other labels, on the page of examples and its phones."""
