"""The requirements of a view's method beside a scope."""

from __future__ import annotations

PERSON = "a person"
"""In `needs` of a view: no token is answered, whatever its scopes are. It is for what concerns who somebody is."""
