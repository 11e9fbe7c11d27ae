"""Images of releases: stored over REST by who may deploy, within the quota, in place of the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.errors import StorageQuotaReached
from forge.accounts.models import Organisation, Quota, User
from forge.core.blobs.links import links_of
from forge.core.blobs.usage import organisation_bytes, recount
from forge.core.models import Blob
from forge.deployments.bindings.actions import unbind_from_group
from forge.deployments.models import ReleaseImage
from tests.forge.deployments.stock.conftest import IMAGE, StockFleet

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/projects/acme/kitchen/deployments/gateways/image"
Browser = Callable[[User | None], Client]


def _put(browser: Client, body: bytes = IMAGE, query: str = "release=1&name=kitchen.swu") -> Any:
    return browser.put(f"{ADDRESS}?{query}", body, content_type="application/octet-stream")


def test_an_image_is_stored_and_counts_for_the_organisation(
    fleet: StockFleet, organisation: Organisation, owner: User, browser_of: Browser
) -> None:
    before = organisation_bytes(organisation.pk)
    answer = _put(browser_of(fleet.developer))
    assert answer.status_code == 200
    assert (answer.json()["release"], answer.json()["version"], answer.json()["size"]) == (1, "1.0", len(IMAGE))
    assert organisation_bytes(organisation.pk) == before + len(IMAGE)
    sentences = [each.sentence for each in render_entries(list(organisation_entries(owner, organisation)))]
    assert any("stored the image kitchen.swu for 1.0 of Gateways" in each for each in sentences)


def test_another_image_takes_the_place_of_the_one_before(fleet: StockFleet, browser_of: Browser) -> None:
    browser = browser_of(fleet.developer)
    _put(browser)
    assert _put(browser, b"better", "release=1&name=better.bin").status_code == 200
    row = ReleaseImage.objects.get()
    assert (row.name, row.size) == ("better.bin", 6)
    assert list(links_of(row).values_list("blob_id", flat=True)) == [row.digest]


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("release=2&name=kitchen.swu", IMAGE, 404),
        ("release=0&name=kitchen.swu", IMAGE, 400),
        ("release=99999999999999999999&name=kitchen.swu", IMAGE, 400),
        ("release=x&name=kitchen.swu", IMAGE, 400),
        ("name=kitchen.swu", IMAGE, 400),
        ("release=1", IMAGE, 400),
        ("release=1&name=..%2Fkitchen.swu", IMAGE, 400),
        ("release=1&name=kitchen.swu", b"", 400),
    ],
)
def test_what_is_no_image_of_a_release_is_refused(
    fleet: StockFleet, browser_of: Browser, query: str, body: bytes, status: int
) -> None:
    assert _put(browser_of(fleet.developer), body, query).status_code == status
    assert not ReleaseImage.objects.exists()


def test_who_may_not_deploy_stores_none(fleet: StockFleet, browser_of: Browser, reviewer: User, stranger: User) -> None:
    assert _put(browser_of(reviewer)).status_code == 403
    assert _put(browser_of(stranger)).status_code == 404
    assert _put(browser_of(None)).status_code in (401, 404)


def test_a_deployment_for_no_group_has_no_images(fleet: StockFleet, browser_of: Browser) -> None:
    unbind_from_group(fleet.developer, fleet.deployment)
    assert _put(browser_of(fleet.developer)).status_code == 409


def test_above_the_quota_no_image_is_stored(fleet: StockFleet, organisation: Organisation) -> None:
    Quota.objects.create(holder=organisation.stream, resource="bytes", limit=recount(organisation.pk) + 5)
    before = set(Blob.objects.values_list("pk", flat=True))
    with pytest.raises(StorageQuotaReached):
        fleet.give_image()
    assert set(Blob.objects.values_list("pk", flat=True)) == before
    assert not ReleaseImage.objects.exists()
