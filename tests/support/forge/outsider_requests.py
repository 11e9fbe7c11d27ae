"""Every address of the program, filled with names, and what it answers with a private project's and with nothing's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import ndiff
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.support.shares import rank

Names = dict[str, str]
UNKNOWN_RUNE = "sha256:" + "1" * 64
"""The digest of no rune: anybody who knows the digest of a rune that a deployment serves may have the rune."""
NOTHING: Names = {
    "organisation": "nowhere",
    "name": "zilch",
    "page": "settings",
    "path": "nofile.yml",
    "file": "nofile.json",
    "number": "987",
    "target": "cortex-m7",
    "block": "nothing",
    "version": "71.31.6",
    "tag": "notag",
    "team": "noteam",
    "build_id": str(UUID(int=1)),
    "member": str(UUID(int=2)),
    "invitation": str(UUID(int=3)),
    "token": str(UUID(int=4)),
    "session": str(UUID(int=7)),
    "rest": "nowhere/zilch/manifests/notag",
    "sample_id": str(UUID(int=5)),
    "watch_id": str(UUID(int=6)),
    "review_id": str(UUID(int=7)),
    "thread_id": str(UUID(int=9)),
    "trial_id": str(UUID(int=14)),
    "link": str(UUID(int=15)),
    "link_id": str(UUID(int=15)),
    "comment_id": str(UUID(int=10)),
    "change_id": str(UUID(int=16)),
    "notice": str(UUID(int=11)),
    "notice_id": str(UUID(int=11)),
    "webhook": str(UUID(int=12)),
    "webhook_id": str(UUID(int=12)),
    "person": str(UUID(int=2)),
    "hint": "no-hint",
    "delivery": str(UUID(int=13)),
    "delivery_id": str(UUID(int=13)),
    "digest": "sha256:" + "0" * 64,
    "address": "f" * 32,
    "job": str(UUID(int=17)),
    "job_id": str(UUID(int=17)),
    "kind": "nokind",
    "grant": str(UUID(int=18)),
    "check": "nocheck",
    "consent_id": str(UUID(int=19)),
    "import_id": str(UUID(int=22)),
    "removal_id": str(UUID(int=71)),
    "submission_id": str(UUID(int=24)),
    "conversion_id": str(UUID(int=23)),
    "trial": "985",
    "verb": "stop",
    "key": str(UUID(int=20)),
    "other": "986",
    "deployment": "nodeployment",
    "direction": "to",
    "rune": UNKNOWN_RUNE,
    "key_id": str(UUID(int=21)),
    "device": "nodevice",
    "request_id": "7100984",
    "log": "7100984",
    "group": "nogroup",
    "code": str(UUID(int=25)),
    "candidate": str(UUID(int=26)),
    "batch": str(UUID(int=27)),
    "hand_over": str(UUID(int=28)),
    "rollout": "7100983",
    "alert_id": str(UUID(int=29)),
    "export": str(UUID(int=30)),
    "uuid:request_id": str(UUID(int=31)),
}
"""The parameters of the addresses where there is nothing of the kind. One that means two things has a value for each of
its types."""
METHODS = ("get", "head", "post", "put", "patch", "delete")
READ_AND_DO = ("get", "post")
"""The methods of a page, which is a function and does not tell them."""
IN_PROJECTS = re.compile(r"^(?!.*restore).*(<str:name>|build_id|v2/)")
"""The addresses that lead into a project, but the one that restores it."""
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
Which = Callable[[str], bool]
"""Says which addresses are asked."""
ITS_OWN: tuple[str, ...] = ()
"""Stands for the methods that an address has. That the others tell nothing either is among the proofs."""
CHANGES = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce-[\w-]+|content="[\w-]{20,}"| data-person="[^"]*"'
    r"|You are signed in as [^ ]+\."
)
"""The names that differ each time, and the person to whom the page is served, who is also the `member` of what is
there."""


def each_address(_: str) -> bool:
    return True


def quarters(*numbers: int) -> Which:
    """Some of the four quarters of the addresses. Tests that ask different ones ask each address together."""

    def is_in(route: str) -> bool:
        return rank(route) % 4 in numbers

    return is_in


def quarter_and_all(number: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "which",
        [pytest.param(quarters(number), id="a share"), pytest.param(each_address, id="all", marks=pytest.mark.proof)],
    )


def routes(resolver: Any, before: str = "/") -> Iterator[tuple[str, Sequence[str]]]:
    """All routes with parameters, with the methods that they have."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
        elif "<" in route:
            yield route, methods_of(pattern.callback)


def methods_of(view: Any) -> Sequence[str]:
    """The methods that an address answers by, but `head`, which is `get` without what is read."""
    of_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if of_class is None:
        return READ_AND_DO
    return [method for method in METHODS if method != "head" and hasattr(of_class, method)]


def value_in(names: Names, kind: str | None, name: str) -> str:
    """Returns the value of a parameter `<kind:name>`."""
    return names.get(f"{kind}:{name}") or names[name]


def filled(route: str, names: Names) -> str:
    return PARAMETER.sub(lambda match: value_in(names, match[1], match[2]), route)


def answers(
    browser: Client, names: Names, methods: Sequence[str] = ITS_OWN, which: Which = each_address
) -> dict[str, tuple[int, str, str]]:
    """The answer of each address to each method, with the names taken out."""
    results = {}
    for route, own in routes(get_resolver()):
        for method in methods or own if which(route) else ():
            cache.clear()
            with transaction.atomic():
                answer = getattr(browser, method)(filled(route, names))
                transaction.set_rollback(True)
            body = b"".join(answer) if answer.streaming else answer.content
            text = CHANGES.sub("", body.decode("utf-8", "replace") + "\n" + answer.get("Location", ""))
            text = re.sub(
                f"((?:builds|reviews|change-requests|drafts|samples|training|searches|versions)(?:/|%2F)){names['number']}",
                r"\1<number>",
                text,
            )
            # The longest first: a short number may be a part of an id.
            for name, value in sorted(names.items(), key=lambda item: -len(item[1])):
                if name not in ("number", "other"):
                    # Where there is something, the grant is the link: both have one id.
                    word = "<link>" if name == "grant" else f"<{name}>"
                    text = text.replace(value, word).replace(value.replace("/", "%2F"), word)
            results[f"{method} {route}"] = (answer.status_code, answer.get("Content-Type", ""), text)
    return results


ALIKE_FOR_ALL = {
    "get /player/<str:organisation>/<str:name>",
    "head /player/<str:organisation>/<str:name>",
    "get /player/<str:organisation>/<str:name>/app.webmanifest",
    "head /player/<str:organisation>/<str:name>/app.webmanifest",
    "post /player/<str:organisation>/<str:name>/leave",
    "get /collect/<uuid:link_id>",
    "head /collect/<uuid:link_id>",
    "get /collect/<uuid:link_id>/receipt",
    "head /collect/<uuid:link_id>/receipt",
    "get /try/reviews/<uuid:review_id>",
    "head /try/reviews/<uuid:review_id>",
    "get /d/<str:organisation>/<str:name>/change-requests/<int:number>/try",
    "head /d/<str:organisation>/<str:name>/change-requests/<int:number>/try",
    "get /d/<str:organisation>/<str:name>/<str:deployment>/try",
    "head /d/<str:organisation>/<str:name>/<str:deployment>/try",
}
"""The player's empty page, giving a pass back that one may not have, the pages that redeem the link of a guest or of
somebody who records, and the page that opens a deployment by a link: they know of no project."""


def _lines_that_differ(there: tuple[int, str, str], nowhere: tuple[int, str, str]) -> list[str]:
    """Pages are long: the lines in which two answers differ, with the status and type of each."""
    one, other = ([str(status), kind, *text.splitlines()] for status, kind, text in (there, nowhere))
    return [line for line in ndiff(one, other) if line[0] in "-+"]


def assert_nothing_is_disclosed(
    there: dict[str, tuple[int, str, str]], nowhere: dict[str, tuple[int, str, str]]
) -> None:
    assert there
    differences = [ask for ask in there if there[ask] != nowhere[ask]]
    assert differences == [], (differences, *_lines_that_differ(there[differences[0]], nowhere[differences[0]]))
    open_to_all = {ask: answer[0] for ask, answer in there.items() if answer[0] < 300 or answer[0] >= 500}
    assert set(open_to_all) <= ALIKE_FOR_ALL, open_to_all
