"""The documentation that comes with the program, as pages."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import normpath

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.errors import NotFound
from forge.search.docs import FIRST, PICTURES, anchor_of, page_file, picture_file, title_of
from forge.web.markdown import render_page


def docs(request: HttpRequest, path: str = "") -> HttpResponse:
    """One page; `path` is its file's, without the ending. Or a picture of one, by its path with the ending."""
    picture = picture_file(path)
    if picture is not None:
        return HttpResponse(picture.read_bytes(), content_type=PICTURES[picture.suffix])
    file = page_file(path)
    if file is None:
        raise NotFound("The documentation has no such page.")
    rendered = render_page(file.read_text("utf-8"), lambda target: address_of(path, target), anchor_of)
    title = title_of(path or FIRST)
    return render(request, "docs.html", {"title": title, "page": rendered, "is_first": not path})


def address_of(path: str, target: str) -> str | None:
    """Where a link of a page leads: a page or picture of these, or an address elsewhere; None for another file."""
    if "://" in target or target.startswith("#"):
        return target
    name, _, anchor = target.partition("#")
    found = normpath(str(PurePosixPath(path).parent / name)).removesuffix(".md")
    if picture_file(found) is not None:
        return f"/docs/{found}"
    if page_file(found) is None:
        return None
    address = "/docs" if found == FIRST else f"/docs/{found}"
    return f"{address}#{anchor}" if anchor else address
