"""The documentation that comes with the program, as pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.errors import NotFound
from forge.search.docs import FIRST, PICTURES, anchor_of, page_file, path_of, picture_file, title_of
from forge.search.docs_contents import contents, place_of
from forge.web.markdown import Page, render_page


def docs(request: HttpRequest, path: str = "") -> HttpResponse:
    """One page; `path` is its file's, without the ending. Or a picture of one, by its path with the ending."""
    picture = picture_file(path)
    if picture is not None:
        return HttpResponse(picture.read_bytes(), content_type=PICTURES[picture.suffix])
    file = page_file(path)
    if file is None:
        raise NotFound("The documentation has no such page.")
    shown = {
        "path": path,
        "title": title_of(path or FIRST),
        "page": rendered(path or FIRST, file),
        "is_first": path in ("", FIRST),
        "parts": contents(),
        "place": place_of(path),
    }
    return render(request, "docs.html", shown)


@cache
def rendered(path: str, file: Path) -> Page:
    """A page as HTML; the files do not change while the program runs."""
    text = with_drawing(file.read_text("utf-8"), f"{path}.svg")
    return render_page(text, lambda target: address_of(file, target), anchor_of)


def with_drawing(text: str, path: str) -> str:
    """The text with the picture of what goes in and comes out below its first paragraph, where there is one."""
    if picture_file(path) is None:
        return text
    title, summary, rest = text.split("\n\n", 2)
    return f"{title}\n\n{summary}\n\n![What goes in and what comes out](/docs/{path})\n\n{rest}"


def address_of(file: Path, target: str) -> str | None:
    """Where a link of a file leads: a page or picture of these, or an address elsewhere; None for another file."""
    if "://" in target or target.startswith(("#", "/docs/")):
        return target
    name, _, anchor = target.partition("#")
    found = path_of((file.parent / name).resolve())
    if found is None:
        return None
    address = "/docs" if found == FIRST else f"/docs/{found}"
    return f"{address}#{anchor}" if anchor else address
