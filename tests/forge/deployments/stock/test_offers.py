"""Releases as stock clients get them: offered once, reported once, cancelled, and offered again on a press."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import User
from forge.core.errors import Conflict
from forge.core.models import Event
from forge.deployments.actions import go_back, serve_tag
from forge.deployments.bindings.actions import unbind_from_group
from forge.fleet.groups.models import Assignment
from forge.fleet.models import DeviceEntry, StockAccount
from forge.fleet.stock.actions import retry_stock_update
from tests.forge.deployments.stock.conftest import IMAGE, StockFleet
from tests.support.forge.factories.deployments import now, published

pytestmark = pytest.mark.django_db
OTHER_RUNE = b"\0asm\1\0\0\0" + b"another rune"
OTHER_IMAGE = b"another image that acme signed"


def _serve_other(fleet: StockFleet) -> None:
    """Serves another version, which has no image yet."""
    published(fleet.developer, fleet.deployment.project, "2.0", OTHER_RUNE)
    serve_tag(fleet.developer, fleet.deployment, "2.0", devices=1)
    fleet.want()


def _install(fleet: StockFleet) -> str:
    """Installs what is offered, and returns the number of the action."""
    offered = fleet.client.offered()
    assert offered is not None
    number: str = offered["id"]
    assert fleet.client.close(number, "success").status_code == 200
    return number


def _lines(kind: str) -> list[str]:
    return list(DeviceEntry.objects.filter(kind=kind).order_by("pk").values_list("version", flat=True))


def test_a_release_without_an_image_is_not_offered(fleet: StockFleet) -> None:
    assert "deploymentBase" not in fleet.client.links()
    assert fleet.client.send("GET", "/deploymentBase/1").status_code == 404
    fleet.give_image()
    assert "deploymentBase" in fleet.client.links()


def test_a_client_reads_what_to_install_and_its_bytes(fleet: StockFleet) -> None:
    fleet.give_image()
    answer = fleet.client.send("GET").json()
    assert answer["config"] == {"polling": {"sleep": "00:01:00"}}
    offered = fleet.client.offered()
    assert offered is not None
    [chunk] = offered["deployment"]["chunks"]
    [artifact] = chunk["artifacts"]
    assert (chunk["part"], chunk["version"], chunk["name"]) == ("bApp", "1.0", "acme.kitchen.gateways")
    assert (artifact["filename"], artifact["size"]) == ("kitchen.swu", len(IMAGE))
    for name, digest in artifact["hashes"].items():
        assert digest == hashlib.new(name, IMAGE).hexdigest()
    link = artifact["_links"]["download-http"]["href"]
    whole = fleet.client.send("GET", link)
    assert (whole.status_code, whole.getvalue()) == (200, IMAGE)
    rest = fleet.client.send("GET", link, headers={"Range": "bytes=3-"})
    assert (rest.status_code, rest.getvalue()) == (206, IMAGE[3:])
    md5 = fleet.client.send("GET", artifact["_links"]["md5sum-http"]["href"])
    assert md5.content.decode().split() == [hashlib.md5(IMAGE, usedforsecurity=False).hexdigest(), "kitchen.swu"]


def test_success_is_what_the_device_runs_and_the_same_is_not_offered_again(fleet: StockFleet) -> None:
    fleet.give_image()
    number = _install(fleet)
    device = fleet.device
    assert (device.phase, device.running_version, device.running_rune) == ("running", "1.0", now(fleet.deployment).rune)
    assert device.problem == ""
    assert _lines("installed") == ["1.0"]
    assert Event.objects.filter(type="device.installed").count() == 1
    # The answer was lost, or a proxy sent it twice.
    assert fleet.client.close(number, "success").status_code == 200
    assert fleet.client.close(number, "failure", "a late failure").status_code == 200
    assert (fleet.device.running_version, fleet.device.problem, _lines("installed")) == ("1.0", "", ["1.0"])
    links = fleet.client.links()
    assert "deploymentBase" not in links
    assert fleet.client.send("GET", links["installedBase"]).json()["id"] == number


def test_a_client_that_has_begun_is_on_its_way_until_it_reports(fleet: StockFleet) -> None:
    fleet.give_image()
    offered = fleet.client.offered()
    assert offered is not None
    assert fleet.device.phase == "fetching"
    for line in ("Installing Update Chunk Artifacts.", "Installation in progress"):
        assert fleet.client.proceed(offered["id"], line).status_code == 200
    assert fleet.client.offered() == offered, "a client that started anew is offered the same action"
    assert (fleet.device.phase, fleet.device.running_version) == ("fetching", "")
    assert fleet.client.close(offered["id"], "success").status_code == 200
    assert fleet.device.phase == "running"


def test_a_failure_is_shown_with_the_words_of_the_client_and_not_offered_again(fleet: StockFleet) -> None:
    fleet.give_image()
    _install(fleet)
    _serve_other(fleet)
    fleet.give_image(OTHER_IMAGE)
    offered = fleet.client.offered()
    assert offered is not None
    words = "Signature verification\nfailed\u202e" + "!" * 1000
    assert fleet.client.close(offered["id"], "failure", "first line", words).status_code == 200
    device = fleet.device
    assert (device.phase, device.running_version, device.problem) == ("running", "1.0", "update-failed")
    assert device.problem_detail.startswith("Signature verification failed !")
    assert len(device.problem_detail) == 300
    assert _lines("refused") == ["2.0"]
    assert fleet.client.offered() is None


def test_a_failed_update_is_offered_again_by_a_press_or_with_another_image(fleet: StockFleet, developer: User) -> None:
    fleet.give_image()
    with pytest.raises(Conflict, match="Nothing that the device shall run has failed"):
        retry_stock_update(developer, fleet.device)
    first = fleet.client.offered()
    assert first is not None
    fleet.client.close(first["id"], "failure", "no room")
    retry_stock_update(developer, fleet.device)
    second = fleet.client.offered()
    assert second is not None
    assert int(second["id"]) == int(first["id"]) + 1, "a client skips a number that it knows"
    fleet.client.close(second["id"], "failure", "no room")
    fleet.give_image(OTHER_IMAGE)
    assert _install(fleet) == "3"
    assert (fleet.device.running_version, fleet.device.problem) == ("1.0", "")


def test_a_client_that_closes_without_a_result_has_installed_nothing(fleet: StockFleet) -> None:
    fleet.give_image()
    assert fleet.client.offered() is not None
    assert fleet.client.close("1", "none").status_code == 200
    assert (fleet.device.phase, fleet.device.problem) == ("empty", "update-failed")


def test_a_device_that_has_what_is_wanted_is_offered_nothing_and_counts_as_running_it(fleet: StockFleet) -> None:
    fleet.give_image()
    _install(fleet)
    _serve_other(fleet)
    go_back(fleet.developer, fleet.deployment, 1, devices=1)
    fleet.want()
    fleet.give_image()
    assert fleet.client.offered() is None
    device = fleet.device
    assert (device.running_number, device.running_version) == (now(fleet.deployment).number, "1.0")
    assert fleet.client.offered() is None
    assert fleet.device.sequence == device.sequence, "it is written once"


def test_a_device_that_reports_at_once_that_it_has_it_is_believed(fleet: StockFleet) -> None:
    fleet.give_image()
    fleet.client.links()
    assert fleet.client.close("1", "success", "Already installed.").status_code == 200
    assert fleet.device.running_version == "1.0"


def test_what_a_client_has_begun_is_cancelled_when_something_else_is_wanted(fleet: StockFleet) -> None:
    fleet.give_image()
    offered = fleet.client.offered()
    assert offered is not None
    _serve_other(fleet)
    fleet.give_image(OTHER_IMAGE)
    links = fleet.client.links()
    assert "deploymentBase" not in links
    document = fleet.client.send("GET", links["cancelAction"]).json()
    assert document == {"id": offered["id"], "cancelAction": {"stopId": offered["id"]}}
    assert fleet.client.close(offered["id"], "success", "cancelled", kind="cancelAction").status_code == 200
    assert fleet.device.phase == "empty"
    assert _install(fleet) == "2"
    assert fleet.device.running_version == "2.0"


def test_a_client_that_cannot_stop_may_still_say_what_it_installed(fleet: StockFleet) -> None:
    fleet.give_image()
    assert fleet.client.offered() is not None
    _serve_other(fleet)
    fleet.client.links()
    assert fleet.client.close("1", "failure", "too late", kind="cancelAction").status_code == 200
    assert fleet.client.close("1", "success").status_code == 200
    assert fleet.device.running_version == "1.0"


def test_a_late_message_does_not_undo_a_newer_installation(fleet: StockFleet) -> None:
    fleet.give_image()
    assert fleet.client.offered() is not None
    _serve_other(fleet)
    fleet.give_image(OTHER_IMAGE)
    fleet.client.links()
    fleet.client.close("1", "success", kind="cancelAction")
    _install(fleet)
    assert fleet.client.close("1", "success").status_code == 200
    assert fleet.device.running_version == "2.0"


def test_what_no_client_has_begun_is_replaced_without_a_word(fleet: StockFleet) -> None:
    fleet.give_image()
    assert "deploymentBase" in fleet.client.links()
    _serve_other(fleet)
    assert fleet.client.links().keys() & {"deploymentBase", "cancelAction"} == set()
    fleet.give_image(OTHER_IMAGE)
    offered = fleet.client.offered()
    assert offered is not None
    assert (offered["id"], offered["deployment"]["chunks"][0]["version"]) == ("2", "2.0")


def test_a_withdrawn_version_is_not_offered(fleet: StockFleet) -> None:
    fleet.give_image()
    assert "deploymentBase" in fleet.client.links()
    Assignment.objects.update(rune="")
    assert "deploymentBase" not in fleet.client.links()


def test_a_device_of_another_deployment_reads_no_image_of_this_one(fleet: StockFleet, developer: User) -> None:
    fleet.give_image()
    offered = fleet.client.offered()
    assert offered is not None
    link = offered["deployment"]["chunks"][0]["artifacts"][0]["_links"]["download-http"]["href"]
    unbind_from_group(developer, fleet.deployment)
    assert fleet.client.send("GET", link).status_code == 404


def test_a_poll_writes_nothing_and_takes_few_queries(fleet: StockFleet) -> None:
    fleet.give_image()
    _install(fleet)
    fleet.client.links()
    with CaptureQueriesContext(connection) as queries:
        fleet.client.links()
    assert len(queries) == 3
    assert all(each["sql"].startswith("SELECT") for each in queries)
    assert StockAccount.objects.get().actions.count() == 1
