"""A message about a body of JSON names its place, in our words."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.cases import each_case

pytestmark = pytest.mark.django_db

NUL = "has a NUL character (U+0000). Remove it, and send the body again."
HALF = "has half a character (U+D800, a surrogate without its other half). Remove it, and send the body again."


@each_case(
    ("body", "sentence"),
    [
        (b'{"name": }', "The body of the request cannot be read: it is not JSON: see line 1, column 10."),
        (b'{"name": "\xff"}', "The body of the request cannot be read: it is not UTF-8 text: byte 10 does not fit."),
        (b"[" * 100_000, "This JSON is nested too deeply."),
        (b'"\\u0000"', f"The body {NUL}"),
        (b'{"name": "a\\u0000"}', f"name {NUL}"),
        (b'{"tests": [{"a": 1}, {"b": ["", "\\u0000"]}]}', f"tests[1].b[1] {NUL}"),
        (b'{"options": {"\\u0000": 1}}', f"options {NUL}"),
        (b'{"name": "\\ud800"}', f"name {HALF}"),
        (b'{"options": {"\\ud800": 1}}', f"options {HALF}"),
    ],
)
def test_a_body_that_cannot_be_read_says_why_and_where(client: Client, body: bytes, sentence: str) -> None:
    answer = client.post("/api/v1/projects", body, content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)
