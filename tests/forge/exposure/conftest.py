"""An organisation with a rune that has a component, and devices that run it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from forge.registry.models import Tag
from tests.support.forge.exposure import COMPONENT, device_with, rune_of, rune_with

Ask = Callable[..., Any]
"""Asks the API for the answer to a search: who, and the parameters; `path` follows the address."""


@pytest.fixture
def tag(organisation: Organisation, project: Project, developer: User) -> Tag:
    """Version 1.0 of `acme/kitchen` with the component door 1.0."""
    return rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", COMPONENT)


@pytest.fixture
def devices(organisation: Organisation, tag: Tag) -> dict[str, Any]:
    """A device that runs the version, one that can go back to it, and one that has nothing to do with it."""
    rune = rune_of(tag)
    return {
        "gate-1": device_with(organisation, "gate-1", running=rune),
        "gate-2": device_with(organisation, "gate-2", running=f"sha256:{'7' * 64}", other=rune),
        "gate-3": device_with(organisation, "gate-3", running=f"sha256:{'7' * 64}"),
    }


@pytest.fixture
def advisory_list(tmp_path: Path, settings: Any) -> Path:
    """The place of the list of advisories that the operator names."""
    file: Path = tmp_path / "advisories.json"
    settings.ADVISORY_LIST = file
    return file


@pytest.fixture
def ask(browser_of: Callable[[User | None], Client]) -> Ask:
    def get(person: User | None, path: str = "", **search: str) -> Any:
        return browser_of(person).get(f"/api/v1/organisations/acme/exposure{path}", search)

    return get


@pytest.fixture
def send(browser_of: Callable[[User | None], Client]) -> Callable[..., Any]:
    """Sends a request to the API: who, a path, and a body."""

    def sent(person: User | None, path: str, body: dict[str, Any]) -> Any:
        return browser_of(person).post(f"/api/v1/{path}", body, "application/json")

    return sent
