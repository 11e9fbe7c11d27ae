"""Pages as tests compare them."""

from __future__ import annotations


def compact(html: str) -> str:
    """A page, or a part of it, without white space beside tags and with one space elsewhere.

    A template may break its lines anywhere that a browser does not show.
    """
    return " ".join(html.split()).replace("> ", ">").replace(" <", "<")
