"""Texts that name a rune and texts that do not."""

from __future__ import annotations

import pytest

from rune.tools.remote import Reference, ReferenceInvalid, UnsafeRegistry, parse_reference, registry_url
from tests.support.cases import each_case

DIGEST = "sha256:" + "a" * 64


@each_case(
    ("text", "expected"),
    [
        ("acme/keywords:1.0", Reference(None, "acme/keywords", "1.0", None)),
        ("acme/keywords", Reference(None, "acme/keywords", None, None)),
        (f"acme/keywords@{DIGEST}", Reference(None, "acme/keywords", None, DIGEST)),
        ("127.0.0.1:8000/acme/keywords:1", Reference("http://127.0.0.1:8000", "acme/keywords", "1", None)),
        ("forge.example/acme/keywords:1", Reference("https://forge.example", "acme/keywords", "1", None)),
        ("http://[::1]:80/a/b:latest", Reference("http://[::1]:80", "a/b", "latest", None)),
    ],
)
def test_a_reference_is_read(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@each_case(
    "text",
    [
        "",
        "keywords",
        "Acme/keywords",
        "acme/",
        "acme/key words",
        "acme/../x",
        "acme/keywords:",
        "acme/keywords:-1",
        "acme/keywords@sha256:12",
        "ftp://host/a/b",
        "http://user@host/a/b",
        "http://host?x/a/b",
        "acme/a:1:2",
    ],
)
def test_what_names_no_rune_is_refused(text: str) -> None:
    with pytest.raises(ReferenceInvalid):
        parse_reference(text)


@each_case(
    ("text", "expected"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("Forge.Example", "https://forge.example"),
        ("https://forge.example:8443", "https://forge.example:8443"),
    ],
)
def test_a_registry_address_has_one_spelling(text: str, expected: str) -> None:
    assert registry_url(text, insecure=False) == expected


def test_http_is_for_this_machine_or_for_those_who_ask() -> None:
    with pytest.raises(UnsafeRegistry):
        registry_url("http://10.0.0.7:8000", insecure=False)
    assert registry_url("http://10.0.0.7:8000", insecure=True) == "http://10.0.0.7:8000"


@each_case("text", ["http://user:secret@host", "https://host/path", "https://host?x=1", "file:///etc", ""])
def test_an_address_with_more_than_a_host_is_refused(text: str) -> None:
    with pytest.raises(ReferenceInvalid):
        registry_url(text, insecure=True)
