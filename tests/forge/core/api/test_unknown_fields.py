"""A field with a typing error is refused by every operation that takes a JSON object, and named with the right one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from forge.projects.models import Project
from tools.setup import API

OPEN = {"LanguageRequest"}
"""Bodies whose further keys depend on one of them."""


@pytest.mark.django_db
def test_the_refusal_names_the_field_and_the_nearest_one(client: Client, project: Project) -> None:
    address = "/api/v1/projects/acme/kitchen/targets"
    state = client.get(address)["ETag"]
    headers = {"If-Match": state}
    answers = [
        client.post("/api/v1/projects", {"organisation": "acme", "nane": "door"}, content_type="application/json"),
        client.put(address, {"tragets": ["c"]}, content_type="application/json", headers=headers),
    ]
    for answer, field, nearest in zip(answers, ("nane", "tragets"), ("name", "targets"), strict=True):
        assert answer.status_code == 400, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["errors"][field] == [f"The field `{field}` is unknown. Did you mean `{nearest}`?"]
        assert field in problem["detail"]


def _bodies(description: dict[str, Any]) -> dict[str, Any]:
    """The schemas of JSON bodies by the component's name."""
    schemas: dict[str, Any] = {}
    for operations in description["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            if reference:
                name = reference.rpartition("/")[2]
                schemas[name] = description["components"]["schemas"][name]
    return schemas


def test_the_description_allows_no_other_fields() -> None:
    description = json.loads(API.read_text("utf-8"))
    bodies = _bodies(description)
    assert len(bodies) > 50
    assert {name for name, schema in bodies.items() if schema.get("additionalProperties") is not False} == OPEN


@pytest.mark.django_db
def test_a_parameter_that_is_neither_true_nor_false_is_refused_by_name(client: Client, project: Project) -> None:
    answer = client.get("/api/v1/projects/acme/kitchen/tags/1.0/rune?automatic=null")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"automatic": ["`automatic` must be true or false."]})
    assert client.get("/api/v1/projects/acme/kitchen/tags/1.0/rune?automatic=true").status_code == 404


def test_the_description_says_that_visitors_read_standings() -> None:
    paths = json.loads(API.read_text("utf-8"))["paths"]
    for address in ("/api/v1/standings", "/api/v1/standings/{address}"):
        assert {} in paths[address]["get"]["security"]
