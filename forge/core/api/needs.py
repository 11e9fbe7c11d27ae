"""The requirements of a view's method beside a scope."""

from __future__ import annotations

PERSON = "a person"
"""The value in `needs` of a view that answers no token, whatever its scopes are. It is for acts that concern a person's
identity."""
