"""The start of tests of the web app: an organisation with a person of each role, a stranger, and a project."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client

from forge.accounts.models import Organisation, Role, User
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import warm_compiler
from forge.core.cache import windows
from forge.core.events.log import event_checks
from forge.projects.models import Project
from rune import __version__
from tests.support.api.event_check import check_shape
from tests.support.forge.factories.members import RUNEFILE, make_member
from tests.support.servers.empty_database import SHARED, empty_database

ACME = UUID(int=0xACE)
"""The organisation of every test: a process of the compiler serves one, and would be started anew in each test."""

# Whatever a test does: each event that it writes is compared with its declaration.
event_checks.register(check_shape)

# Nobody reads these rows, and Django would write hundreds of them after each test that commits.
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The tables are there (see below). They go with the folder of the settings' data."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Lays the tables that all processes of a run share, so that the migrations do not run in each of them."""
    if connection.vendor == "sqlite" and SHARED in os.environ:
        shutil.copy(empty_database(), connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits are counted in a cache that outlives a test, in windows of time that end in the middle of one."""
    cache.clear()
    now = time.time()
    monkeypatch.setattr(windows, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def wheels(tmp_path: Path, settings: Any) -> Path:
    """A folder with files in place of the wheels that set-up builds: no test of an address waits for a build."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in ("hammer_forge", "hammer_forge_runtime"):
        (folder / f"{name}-{__version__}-py3-none-any.whl").write_bytes(f"the wheel of {name}".encode())
    settings.WHEEL_DIR = folder
    return folder


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(pk=ACME, name="acme", title="Acme")


@pytest.fixture
def owner(organisation: Organisation) -> User:
    return make_member(organisation, "mika@acme.example", "Mika Kallio", Role.OWNER)


@pytest.fixture
def maintainer(organisation: Organisation) -> User:
    return make_member(organisation, "noor@acme.example", "Noor Haddad", Role.MAINTAINER)


@pytest.fixture
def developer(organisation: Organisation) -> User:
    return make_member(organisation, "jo@acme.example", "Jo Okafor", Role.DEVELOPER)


@pytest.fixture
def viewer(organisation: Organisation) -> User:
    return make_member(organisation, "vera@acme.example", "Vera Lind", Role.VIEWER)


@pytest.fixture
def reviewer(organisation: Organisation) -> User:
    return make_member(organisation, "ari@acme.example", "Ari Rossi", Role.REVIEWER)


@pytest.fixture
def stranger(db: None) -> User:
    """Someone with an account, in another organisation."""
    other = Organisation.objects.create(name="other", title="Other")
    return make_member(other, "sam@other.example", "Sam", Role.OWNER)


@pytest.fixture
def project(organisation: Organisation, user: User) -> Project:
    """A private project, `acme/kitchen`, with a Runefile."""
    from forge.projects.actions import write_file

    kitchen = Project.objects.create(organisation=organisation, name="kitchen", created_by=user)
    write_file(user, kitchen, "Runefile.yml", RUNEFILE.encode())
    kitchen.refresh_from_db()
    return kitchen


@pytest.fixture
def browser_of() -> Callable[[User | None], Client]:
    """Gives a browser in which a person is signed in; None is a visitor."""

    def browser(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


@pytest.fixture
def client(user: User, browser_of: Callable[[User | None], Client]) -> Client:
    """The developer's browser."""
    return browser_of(user)


@pytest.fixture
def people(
    owner: User, maintainer: User, developer: User, reviewer: User, viewer: User, stranger: User
) -> dict[str, Any]:
    """Returns one person of each kind; `anonymous` is None."""
    members = {
        "owner": owner,
        "maintainer": maintainer,
        "developer": developer,
        "reviewer": reviewer,
        "viewer": viewer,
    }
    return {**members, "stranger": stranger, "anonymous": None}


@pytest.fixture(scope="session")
def _compiler() -> Iterator[Compiler]:
    with warm_compiler() as compiler:
        yield compiler


@pytest.fixture
def compiler(_compiler: Compiler) -> Compiler:
    """A compiler that stays warm from test to test."""
    return _compiler


@pytest.fixture
def user(developer: User) -> User:
    """A developer of the organisation."""
    return developer
