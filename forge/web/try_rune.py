"""The page on which anybody tries a rune from a file of theirs. The server never sees the file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def try_page(request: HttpRequest) -> HttpResponse:
    """The same for everyone: no account, nothing stored."""
    return render(request, "player/try.html")
