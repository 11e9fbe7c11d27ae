"""People's Markdown as cached HTML: rendering can be made to take a second, and anyone may request it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import caches
from django.utils.safestring import SafeString

from forge.core.http.markdown import render_readme
from forge.projects.models import Project
from rune.digests import digest_of


def cached_text(project: Project, text: str) -> SafeString | None:
    """The HTML of a text; None of an empty one."""
    if not text:
        return None
    digest = digest_of(text.encode())
    return cached_readme(project, digest, lambda: text)


def cached_readme(project: Project, digest: str, read: Callable[[], str]) -> SafeString:
    """The HTML of what somebody wrote, which is read where it is not kept.

    It is kept by its digest: a text can be made to take a second to read, and anyone may ask for the page. Each
    organisation has its own, so that the time of an answer tells nobody what others wrote.
    """
    key = f"readme:{project.organisation_id}:{digest}"
    html: SafeString | None = caches["process"].get(key)
    if html is None:
        html = render_readme(read())
        caches["process"].set(key, html)
    return html
