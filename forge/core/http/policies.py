"""Content policies of answers that are not pages."""

from __future__ import annotations

NOT_A_PAGE = "default-src 'none'; sandbox"
"""The policy for bytes that users stored, of the API and of the registry: a browser that shows one as a page runs and
fetches nothing of it."""
