"""The publishers' texts about their versions, checked."""

from __future__ import annotations

from forge.core.errors import Invalid
from forge.core.reasons import LONGEST_REASON

LONGEST_NOTES = 10_000
"""Characters of what is said of a version, in Markdown."""


def checked_notes(notes: str) -> str:
    """Notes as they are kept. Raises `Invalid`."""
    notes = "\n".join(line.rstrip() for line in notes.replace("\0", "").strip().splitlines())
    if len(notes) > LONGEST_NOTES:
        message = f"Notes have at most {LONGEST_NOTES} characters; these have {len(notes)}."
        raise Invalid(message, errors={"notes": [message]})
    return notes


def checked_sentence(text: str, field: str, missing: str) -> str:
    """Returns a required text of one line. Raises `Invalid`, of the field."""
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise Invalid(missing, errors={field: [missing]})
    if len(text) > LONGEST_REASON:
        message = f"This has at most {LONGEST_REASON} characters; there are {len(text)}."
        raise Invalid(message, errors={field: [message]})
    return text
