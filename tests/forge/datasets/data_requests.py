"""Requests to the API of a project's data, as a client sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from forge.accounts.models import User

DATA = "/api/v1/projects/acme/kitchen/data"
Browser = Callable[[User | None], Client]


def agreed(client: Client, **terms: Any) -> str:
    read = client.get(f"{DATA}/terms?{urlencode(terms)}").json()
    body = {"purposes": read["purposes"], "days": read["days"], "text": read["text"]}
    answer = client.post(f"{DATA}/consents", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def send(client: Client, consent: str, data: bytes, **query: Any) -> Any:
    address = f"{DATA}/samples?{urlencode({'consent': consent, **query})}"
    return client.post(address, data, content_type="application/octet-stream")


def mark(client: Client, revision: int, *changes: dict[str, Any]) -> Any:
    return client.post(
        f"{DATA}/samples/marks", {"revision": revision, "changes": changes}, content_type="application/json"
    )


def save(client: Client, **body: Any) -> Any:
    revision = client.get(DATA).json()["revision"]
    return client.post(f"{DATA}/versions", {"revision": revision, **body}, content_type="application/json")


def numbers(client: Client, **query: Any) -> list[int]:
    answer = client.get(f"{DATA}/samples?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return [each["number"] for each in answer.json()["results"]]
