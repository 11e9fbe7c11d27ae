"""Names that were free once and are words of our own addresses now."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from forge.serving.start.reserved_names import reserved_name_warnings, warn_of_reserved_names


def test_an_organisation_with_a_name_of_ours_is_told_to_the_operator_until_its_owner_renames_it(
    organisation: Organisation, owner: User, browser_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert list(reserved_name_warnings()) == []
    Organisation.objects.filter(pk=organisation.pk).update(name="dist")
    with caplog.at_level(logging.WARNING):
        warn_of_reserved_names()
    assert "The organisation dist has a name that this version uses" in caplog.text
    assert _follow_warning(browser_of(owner), caplog.records[0].message).status_code == 200
    assert list(reserved_name_warnings()) == []


def test_a_project_with_a_name_of_ours_is_told_unless_it_is_deleted(
    organisation: Organisation, project: Project, owner: User, browser_of: Any
) -> None:
    Project.objects.filter(pk=project.pk).update(name="settings")
    (warning,) = reserved_name_warnings()
    assert f"The project {organisation.name}/settings has" in warning
    assert _follow_warning(browser_of(owner), warning).status_code == 200
    assert list(reserved_name_warnings()) == []


def _follow_warning(client: Client, warning: str) -> Any:
    """Does what a warning says."""
    match = re.search(r"rename it: PATCH (\S+) with (\{.*\})", warning)
    assert match is not None
    path, body = match[1], json.loads(match[2])
    assert "the ETag of its GET as If-Match" in warning
    headers = {"If-Match": client.get(path).headers["ETag"]}
    return client.patch(path, body, content_type="application/json", headers=headers)
