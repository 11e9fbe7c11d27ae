"""Counts the queries of each address, and compares them with the committed counts.

`tests/forge/query_counts.json` has a count for each method and route, or the reason why it has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from tests.support.forge.addresses.all_cases import REQUESTS
from tests.support.forge.addresses.table import PROJECT_ROUTE, Request
from tests.support.forge.factories.preconditions import etag_form, etag_headers

COUNTS = Path(__file__).with_name("query_counts.json")
WRITE = "FORGE_WRITE_QUERY_COUNTS"
"""The variable of the environment with which the test writes the file; look at what changed in it."""
STOCK = "stock clients ask it with their tokens; tests/forge/deployments/stock counts its queries"
UNCOUNTED: Mapping[str, str] = {
    f"POST {PROJECT_ROUTE}/language": "starts a process, which answers",
    f"POST {PROJECT_ROUTE}/duplicate": "stores each file, as making a project of files does",
    f"POST {PROJECT_ROUTE}/fork": "the same",
    f"POST {PROJECT_ROUTE}/preview/watch": "starts a build",
    "PUT oauth/authorise": "is answered as POST is",
    "ANY api/device/v1/<path:rest>": "devices ask it with their keys; tests/forge/fleet/protocol counts its queries",
    "ANY default/controller/v1/<path:rest>": STOCK,
    "ANY DEFAULT/controller/v1/<path:rest>": STOCK,
    "POST api/v1/builds/<uuid:build_id>/firmware": "starts a compiler",
    "POST api/v1/builds/<uuid:build_id>/stages": "starts a build",
    f"GET {PROJECT_ROUTE}/preview/watch/<uuid:watch_id>": "has nothing to show before a build of its own",
}
"""Addresses without a count, and why."""


def routes(resolver: Any, before: str = "") -> Iterable[str]:
    """`METHOD route` of each address of ours: all methods of a class; `ANY` for a function, which tells none."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
            continue
        if pattern.callback.__module__.startswith("allauth."):
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
        methods = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)] if view else []
        yield from (f"{method.upper()} {route}" for method in methods or ["any"])


def requests() -> list[Request]:
    """The requests that are counted."""
    return [each for each in REQUESTS if key(each[0], each[1]) not in UNCOUNTED]


def key(method: str, route: str) -> str:
    """Returns the name of an address in the committed file."""
    return f"{'POST' if method == 'form' else method.upper()} {route}"


def counted(
    browser: Client,
    placeholders: Mapping[str, str],
    expected: Mapping[str, int] | None = None,
    only: Container[str] | None = None,
) -> dict[str, int]:
    """Returns how many queries each request makes, or `only` some of them, by its key; what it changes is undone.

    What a process reads once may be among them when it is asked for the first time: with more than `expected`, or
    without anything expected, it is asked again, and that counts.
    """
    counts: dict[str, int] = {}
    for method, route, address, body in requests():
        if only is not None and key(method, route) not in only:
            continue
        path = "/" + placeholders.get(address, address).lstrip("/")
        for name in (each for each in placeholders if each.startswith("{")):
            path = path.replace(name, placeholders[name])
        payload = body | {"build": placeholders["{build}"]} if isinstance(body, dict) and "build" in body else body
        payload = body | {"trial": placeholders["{trial}"]} if isinstance(body, dict) and "trial" in body else payload
        headers = {"Authorization": f"Bearer {placeholders['secret']}"} if route.startswith("v2") else {}
        judges = (method, route) == ("post", "api/v1/builds/<uuid:build_id>/reviews")
        headers |= {"If-Match": f'"{placeholders["{digest}"]}"'} if judges else {}
        if method == "form":
            payload = etag_form(path, **payload)
        elif method != "get" and not judges:
            headers |= etag_headers(path, payload)
        call = partial(_ask, browser, method, path, payload, headers)
        name = key(method, route)
        queries = _queries_of(call)
        if expected is None or queries > expected.get(name, 0):
            queries = _queries_of(call)
        counts[name] = max(counts.get(name, 0), queries)
    return counts


def _queries_of(call: Callable[[], None]) -> int:
    """Returns how many queries a request makes."""
    cache.clear()
    # The log keeps 9,000 queries, fewer than all requests make.
    reset_queries()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            call()
        transaction.set_rollback(True)
    return len(queries)


def _ask(browser: Client, method: str, path: str, body: Any, headers: dict[str, str]) -> None:
    if method == "form":
        answer: Any = browser.post(path, body)
    elif method == "get":
        answer = browser.get(path, headers=headers)
    else:
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        answer = getattr(browser, method)(path, body, content_type=kind, headers=headers)
    if answer.status_code >= 500:
        raise AssertionError(f"{method} {path} answered {answer.status_code}")


def problems(
    pins: Mapping[str, int], few: Mapping[str, int], many: Mapping[str, int], names: Iterable[str]
) -> list[str]:
    """Messages about a count that differs from the pinned one or grows with the data, and about an address without
    one."""
    messages = [
        f"{name}: {few[name]} queries with few things, {many[name]} with twice as many: one query a thing?"
        for name in few
        if few[name] != many[name]
    ]
    messages += [
        f"{name}: {many[name]} queries, {pins[name]} are pinned" if name in pins else f"{name}: not pinned"
        for name in many
        if pins.get(name) != many[name]
    ]
    messages += [f"{name}: pinned, and nothing asks it" for name in pins if name not in many]
    routes = {name.partition(" ")[2] for name in many}
    for name in names:
        method, _, route = name.partition(" ")
        if name not in UNCOUNTED and (route not in routes if method == "ANY" else name not in many):
            messages.append(f"{name}: not asked; give it a row in tests/support/forge/addresses")
    return messages


def read_counts() -> dict[str, int]:
    """The committed counts."""
    counts: dict[str, int] = json.loads(COUNTS.read_text("utf-8"))
    return counts


def write_counts(counts: Mapping[str, int]) -> None:
    """Commits to new counts."""
    COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=2) + "\n", "utf-8")
