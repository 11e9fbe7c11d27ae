"""Uploads whose author may no longer push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from forge.accounts.models import ApiToken, Membership, User
from forge.accounts.principals import acting_as
from forge.core.blobs.store import blob_storage
from forge.core.errors import Forbidden, NotFound, SignInNeeded
from forge.registry.distribution.artifacts.actions import uploads
from forge.registry.distribution.artifacts.models import PushedBlob, Upload
from forge.registry.distribution.artifacts.sweep import sweep
from tests.support.clients.registry_client import RegistryClient, credentials, sha, take_all

pytestmark = pytest.mark.django_db

LAYER = b"a layer of some bytes" * 100


@pytest.fixture
def registry(project: Any, developer: Any, organisation: Any) -> RegistryClient:
    take_all(organisation)
    return RegistryClient(credentials(developer))


def part_files() -> list[str]:
    try:
        return blob_storage().listdir("parts")[1]
    except FileNotFoundError:
        return []


ENDS: dict[str, Callable[[], object]] = {
    "removed": lambda: Membership.objects.all().delete(),
    "demoted": lambda: Membership.objects.update(role="viewer"),
    "token": lambda: ApiToken.objects.all().delete(),
    "disabled": lambda: User.objects.update(is_active=False),
}
"""Ways in which the right to push ends."""


@pytest.mark.protects("roles/rights-in-slow-work")
@pytest.mark.parametrize("end", ENDS)
def test_bytes_that_come_after_the_right_to_push_ended_are_not_stored(
    registry: RegistryClient, developer: Any, end: str
) -> None:
    registry.begin()
    before = set(part_files())
    actor = acting_as(developer, ApiToken.objects.get())
    assert actor.roles

    def chunks() -> Iterator[bytes]:
        yield LAYER
        ENDS[end]()

    with pytest.raises((Forbidden, NotFound, SignInNeeded)):
        uploads.append_part(actor, Upload.objects.get(), chunks())
    assert (Upload.objects.get().size, set(part_files())) == (0, before)


@pytest.mark.protects("roles/rights-in-slow-work")
@pytest.mark.parametrize("end", ENDS)
def test_an_upload_whose_right_ended_while_its_bytes_came_gives_no_blob(
    registry: RegistryClient, developer: Any, end: str
) -> None:
    registry.send("PATCH", registry.begin()["Location"], LAYER)
    actor = acting_as(developer, ApiToken.objects.get())
    assert actor.roles
    ENDS[end]()
    with pytest.raises((Forbidden, NotFound, SignInNeeded)):
        uploads.finish_upload(actor, Upload.objects.get(), sha(LAYER))
    assert not PushedBlob.objects.exists()


@pytest.mark.protects("roles/rights-in-slow-work")
@pytest.mark.parametrize("end", [name for name in ENDS if name != "token"])
def test_an_upload_whose_right_ended_counts_no_longer_and_can_be_cancelled(
    registry: RegistryClient, developer: Any, end: str
) -> None:
    before = set(part_files())
    for _ in range(2):
        registry.send("PATCH", registry.begin()["Location"], LAYER)
    sweep()
    first, second = Upload.objects.all()
    ENDS[end]()
    uploads.cancel_upload(acting_as(User.objects.get(pk=developer.pk)), first)
    assert list(Upload.objects.all()) == [second]
    sweep()
    assert (Upload.objects.count(), set(part_files())) == (0, before)
