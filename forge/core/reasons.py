"""Reasons that people write for an exception, and that others read."""

from __future__ import annotations

from forge.core.errors import Invalid

SHORTEST_REASON, LONGEST_REASON = 10, 500
"""Characters of a reason."""


def checked_reason(text: str, *, missing: str, field: str = "reason") -> str:
    """A reason on one line. Raises `Invalid` with the sentence `missing` for one that says nothing."""
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid(missing, errors={field: [missing]})
    if len(reason) > LONGEST_REASON:
        message = f"A reason has at most {LONGEST_REASON} characters; this one has {len(reason)}."
        raise Invalid(message, errors={field: [message]})
    return reason
