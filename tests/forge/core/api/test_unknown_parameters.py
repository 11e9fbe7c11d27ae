"""A parameter of an address with a typing error is refused by every operation, and named with those that exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from forge.core.api.query_parameters import query_parameters
from forge.projects.models import Project
from tools.setup import API

ADDRESS = "/api/v1/projects/acme/kitchen"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "name", "advice"),
    [
        ("/data/samples?lable=yes", "lable", "Did you mean `label`?"),
        ("/builds?zzz=1&limit=5", "zzz", "The parameters are `cursor`, `limit`."),
        ("/targets?format=json", "format", "This address has no parameters."),
    ],
)
def test_the_refusal_names_the_parameter_and_those_that_exist(
    client: Client, project: Project, path: str, name: str, advice: str
) -> None:
    answer = client.get(ADDRESS + path)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == {name: [f"The parameter `{name}` is unknown. {advice}"]}


@pytest.mark.django_db
def test_an_act_with_an_unknown_parameter_has_no_effect(client: Client, project: Project) -> None:
    state = client.get(f"{ADDRESS}/targets")["ETag"]
    address = f"{ADDRESS}/targets?dry_run=1"
    answer = client.put(address, {"targets": ["c"]}, content_type="application/json", headers={"If-Match": state})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["dry_run"])
    assert client.get(f"{ADDRESS}/targets")["ETag"] == state


@pytest.mark.django_db
def test_an_unknown_token_is_refused_first(project: Project) -> None:
    answer = Client().get("/api/v1/me/audit?zzz=1", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _example(path: str, operation: dict[str, Any]) -> str:
    """The path with a value for each of its variables."""
    for each in operation.get("parameters", ()):
        kind = each["schema"]
        is_uuid, is_number = kind.get("format") == "uuid", kind.get("type") == "integer"
        value = "00000000-0000-4000-8000-000000000000" if is_uuid else "1" if is_number else "a1"
        path = path.replace(f"{{{each['name']}}}", value)
    return path


def test_each_operation_takes_the_parameters_of_its_description() -> None:
    description = json.loads(API.read_text("utf-8"))
    count = 0
    for path, method, operation in _operations(description):
        view_class = resolve(_example(path, operation)).func.cls  # type: ignore[attr-defined]
        parameters = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        assert set(query_parameters(view_class, method) or ()) == parameters, (method, path)
        assert "400" in operation["responses"], (method, path)
        count += len(parameters)
    assert count > 100
