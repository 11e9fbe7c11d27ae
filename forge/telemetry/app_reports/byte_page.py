"""The page that a person reads before answering whether a web page may send counts: byte for byte what it would send.

It is for people without an account, on any site, so that it has no part of the pages of this server.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from forge.deployments.models import Deployment
from forge.telemetry.app_reports.documents import NEVER_OF_PAGES, PAGE_DOCUMENT_SIZE, page_fields
from rune.watch.layout import WatchLayout

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;padding:24px 16px;"
    "max-width:720px}h1{font-size:22px;margin:0 0 12px}table{border-collapse:collapse;width:100%;font-size:14px}"
    "th,td{text-align:left;padding:4px 12px 4px 0;vertical-align:top;overflow-wrap:anywhere}"
    "td:nth-child(-n+2){font-variant-numeric:tabular-nums;white-space:nowrap}"
    "tbody tr{border-top:1px solid color-mix(in srgb,currentColor 15%,transparent)}"
)
_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What pages with {title} send</title>'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
    "<style>{style}</style></head><body><main><h1>What pages with {title} send</h1>"
    "<p>{state} A page that you allowed to sends one document of {size} bytes at most once an hour, and when it is "
    "hidden or closed. {organisation} reads the sums of all pages of a day. You can change your answer on the page "
    "that asked you.</p><p><b>Never in it:</b> {never}.</p>"
    "<p>The network address from which a document comes is not stored.</p>"
    "<table><thead><tr><th>Offset</th><th>Bytes</th><th>Content</th></tr></thead><tbody>{rows}</tbody></table>"
    "</main></body></html>"
)


def bytes_page(deployment: Deployment, layout: WatchLayout, *, is_on: bool) -> HttpResponse:
    """Returns the page about a deployment that the caller has found, whose rune counts in a layout."""
    page = format_html(
        _PAGE,
        title=deployment.title,
        style=mark_safe(_STYLE),  # noqa: S308  a text of this module
        state="" if is_on else "Nothing at present: counting is off.",
        size=PAGE_DOCUMENT_SIZE,
        organisation=deployment.project.organisation.name,
        never=", ".join(NEVER_OF_PAGES),
        rows=format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((field.offset, field.size, field.meaning) for field in page_fields(layout)),
        ),
    )
    response = HttpResponse(page)
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response
