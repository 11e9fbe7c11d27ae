"""The documentation that comes with the program, as pages."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers

from forge.core.errors import NotFound
from forge.core.http.markdown import Page, render_page
from forge.search.docs import BLOCKS, FIRST, PICTURES, anchor_of, page_file, path_of, picture_file, title_of
from forge.search.docs_contents import contents, position_of
from forge.search.docs_markdown import ENDING, TYPE, list_of_pages, markdown_address, with_markdown_links
from forge.web.docs.block_pictures import picture
from rune.blocks.catalogue import CATALOGUE

_HTML, _MARKDOWN = "text/html", TYPE.partition(";")[0]
_SECONDS = 300
"""Seconds for which a program need not ask again for Markdown."""
_BLOCK_HEADING = re.compile(r"^### (?P<name>\w+)$", re.MULTILINE)


def docs(request: HttpRequest, path: str = "") -> HttpResponse:
    """Shows a page; `path` is its file's, without the ending.

    Or sends its Markdown, by its path with the ending or to who prefers that, or a picture of one.
    """
    image = picture_file(path)
    if image is not None:
        return HttpResponse(image.read_bytes(), content_type=PICTURES[image.suffix])
    name = block_of(path.removesuffix(".svg"))
    if name is not None and path.endswith(".svg"):
        return HttpResponse(drawing(name), content_type=PICTURES[".svg"])
    page = path.removesuffix(ENDING)
    if page not in ("", path) and (file := page_file(page)) is not None:
        return _markdown(request, markdown_page(file))
    file = page_file(path)
    if file is None:
        raise NotFound("The documentation has no such page.")
    if request.get_preferred_type([_HTML, _MARKDOWN]) == _MARKDOWN:
        return _varying(_markdown(request, markdown_page(file)))
    context = {
        "path": path,
        "title": title_of(path or FIRST),
        "page": rendered_page(path or FIRST, file),
        "is_first": path in ("", FIRST),
        "parts": contents(),
        "place": position_of(path),
        "markdown": markdown_address(path),
    }
    return _varying(render(request, "site/docs.html", context))


def pages_for_programs(request: HttpRequest) -> HttpResponse:
    """Lists the pages as Markdown, as https://llmstxt.org says."""
    return _markdown(request, list_of_pages(settings.PUBLIC_URL))


def _markdown(request: HttpRequest, text: str) -> HttpResponse:
    """Returns Markdown, or 304 to who has it. It is the same for everybody, as is who may read it."""
    data = text.encode()
    response = HttpResponse(data, content_type=TYPE)
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    response.headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()}"'
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response


def _varying(response: HttpResponse) -> HttpResponse:
    """Says that the address has a page and its Markdown."""
    patch_vary_headers(response, ["Accept"])
    return response


@cache
def markdown_page(file: Path) -> str:
    """A page as Markdown; the files do not change while the program runs."""
    return with_markdown_links(file.read_text("utf-8"), lambda target: address_of(file, target))


@cache
def rendered_page(path: str, file: Path) -> Page:
    """A page as HTML; the files do not change while the program runs."""
    text = with_drawings(file.read_text("utf-8"), path)
    return render_page(text, lambda target: address_of(file, target), anchor_of)


@cache
def drawing(name: str) -> str:
    """Returns the picture of a block of the catalogue, as SVG."""
    return picture(CATALOGUE[name])


def block_of(path: str) -> str | None:
    """Returns the name of the block whose page has this path below `/docs`; None for another page."""
    folder, _, name = path.rpartition("/")
    return name if folder == BLOCKS and name in CATALOGUE else None


def with_drawings(text: str, path: str) -> str:
    """Returns a page with drawings: of the block that the page is about, or of each block in the list of blocks."""
    if path == BLOCKS:
        return _BLOCK_HEADING.sub(lambda heading: f"{heading[0]}\n\n{_image(heading['name'])}", text)
    name = block_of(path)
    if name is None:
        return text
    title, summary, rest = text.split("\n\n", 2)
    return f"{title}\n\n{summary}\n\n{_image(name)}\n\n{rest}"


def _image(name: str) -> str:
    return f"![{name}: what goes in and what comes out](/docs/{BLOCKS}/{name}.svg)"


def address_of(file: Path, target: str) -> str | None:
    """Returns the target of a file's link: a page or picture of these, or an address elsewhere; None for another
    file."""
    if "://" in target or target.startswith(("#", "/docs/")):
        return target
    name, _, anchor = target.partition("#")
    path = path_of((file.parent / name).resolve())
    if path is None:
        return None
    address = "/docs" if path == FIRST else f"/docs/{path}"
    return f"{address}#{anchor}" if anchor else address
