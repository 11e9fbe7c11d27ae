"""Accounts of stock clients: a token works for one client, and an unused one ends with its maker's right."""

from __future__ import annotations

from uuid import uuid4

import pytest

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Membership, Organisation, Quota, Role, User
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.fleet.devices.actions.requests import request_of_device
from forge.fleet.devices.actions.standing import let_in_device, lock_out_device, retire_device
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.errors import DeviceQuotaReached
from forge.fleet.models import Device, StockAccount
from forge.fleet.protocol.limits import REQUESTS_A_MINUTE
from forge.fleet.stock.actions import create_stock_device, renew_stock_token, revoke_stock_token
from tests.forge.deployments.stock.conftest import StockFleet
from tests.support.forge.factories.devices import joined
from tests.support.forge.stock_client import StockClient

pytestmark = pytest.mark.django_db


def _refusal(client: StockClient) -> tuple[int, str]:
    answer = client.send("GET")
    return answer.status_code, answer.json().get("name", "")


def test_a_token_is_in_the_answer_alone_with_the_lines_to_copy(organisation: Organisation, developer: User) -> None:
    new = create_stock_device(developer, organisation, "linux-armv7l", "gate-9")
    assert len(new.token) == 32, "Zephyr's client has room for no more"
    row = StockAccount.objects.get()
    assert (row.token_hash, row.hint) == (enrolment_hash(new.token), new.token[:4])
    device = Device.objects.get()
    assert (device.public_key, device.claimed_with, device.seen, device.reported) == (None, "stock", None, None)
    assert new.token not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_the_api_makes_and_shows_an_account(organisation: Organisation, developer: User, browser_of: object) -> None:
    browser = browser_of(developer)  # type: ignore[operator]
    base = "/api/v1/organisations/acme"
    body = {"name": "gate-9", "board": "linux-armv7l", "labels": {"site": "berlin"}}
    answer = browser.post(f"{base}/stock-devices", body, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert f'targettoken = "{made["token"]}";' in made["swupdate"]
    assert f'CONFIG_HAWKBIT_DDI_SECURITY_TOKEN="{made["token"]}"' in made["zephyr"]
    client = StockClient(made["token"])
    client.send("PUT", "/configData", {"data": {"kernel": "6.1\n", "deep": {"a": 1}}})
    shown = browser.get(f"{base}/devices/gate-9/stock-account").json()
    assert (shown["controller"], shown["attributes"]) == ("gate-9", {"kernel": "6.1"})
    assert (shown["has_image"], shown["action"]) == (False, None)
    assert made["token"] not in str(shown)
    assert browser.get(f"{base}/devices/gate-9").json()["is_signed"] is False
    assert browser.post(f"{base}/stock-devices", {"board": "A B"}, content_type="application/json").status_code == 400


def test_a_device_with_a_key_has_no_account(organisation: Organisation, owner: User, browser_of: object) -> None:
    device = joined(organisation, "gate-7", by=owner)
    browser = browser_of(owner)  # type: ignore[operator]
    assert browser.get("/api/v1/organisations/acme/devices/gate-7/stock-account").status_code == 404
    assert browser.get("/api/v1/organisations/acme/devices/gate-7").json()["is_signed"] is True
    with pytest.raises(Conflict, match="joined with a key"):
        renew_stock_token(owner, device)


@pytest.mark.protects("a stolen device key speaks for one device")
def test_a_token_works_for_the_client_that_used_it_first(fleet: StockFleet) -> None:
    assert _refusal(fleet.client) == (200, "")
    assert _refusal(StockClient(fleet.client.token, "gate-10")) == (403, "controller-wrong")
    assert _refusal(StockClient("0" * 32)) == (401, "token-refused")
    assert _refusal(StockClient("")) == (401, "token-missing")
    assert _refusal(StockClient(f"{fleet.client.token} ")) == (200, "")
    gateway = {"Authorization": f"GatewayToken {fleet.client.token}"}
    assert fleet.client.send("GET", headers=gateway).status_code == 401


@pytest.mark.parametrize("controller", ["a" * 65, "a b", "ä", ".hidden"])
def test_what_is_no_id_of_a_client_is_refused(fleet: StockFleet, controller: str) -> None:
    assert _refusal(StockClient(fleet.client.token, controller)) == (403, "controller-wrong")
    assert StockAccount.objects.get().controller == ""


def test_an_unused_token_ends_with_its_makers_right_and_a_used_one_stays(
    organisation: Organisation, developer: User
) -> None:
    used = StockClient(create_stock_device(developer, organisation, "linux", "gate-9").token)
    unused = StockClient(create_stock_device(developer, organisation, "linux", "gate-10").token, "gate-10")
    of_token = create_stock_device(developer, organisation, "linux", "gate-11")
    StockAccount.objects.filter(pk=of_token.row.pk).update(created_by_token=uuid4())
    assert _refusal(used) == (200, "")
    assert _refusal(StockClient(of_token.token, "gate-11")) == (401, "token-refused")
    Membership.objects.filter(user=developer).update(role=Role.VIEWER)
    assert _refusal(unused) == (401, "token-refused")
    assert _refusal(used) == (200, "")


def test_another_token_ends_the_former_one_and_binds_anew(fleet: StockFleet, owner: User, developer: User) -> None:
    assert _refusal(fleet.client) == (200, "")
    with pytest.raises(Forbidden):
        renew_stock_token(developer, fleet.device)
    new = renew_stock_token(owner, fleet.device)
    assert _refusal(fleet.client) == (401, "token-refused")
    assert _refusal(StockClient(new.token, "gate-9-repaired")) == (200, "")


def test_a_revoked_token_is_refused_until_there_is_another(
    fleet: StockFleet, owner: User, organisation: Organisation
) -> None:
    revoke_stock_token(owner, fleet.device)
    revoke_stock_token(owner, fleet.device)
    assert _refusal(fleet.client) == (401, "token-refused")
    sentences = [each.sentence for each in render_entries(list(organisation_entries(owner, organisation)))]
    assert sum("which gets nothing any more" in each for each in sentences) == 1
    assert _refusal(StockClient(renew_stock_token(owner, fleet.device).token)) == (200, "")


def test_a_device_that_is_locked_out_or_retired_gets_nothing(fleet: StockFleet, owner: User) -> None:
    lock_out_device(owner, fleet.device)
    assert _refusal(fleet.client) == (403, "locked-out")
    let_in_device(owner, fleet.device)
    assert _refusal(fleet.client) == (200, "")
    retire_device(owner, fleet.device, precondition=[etag_of(device_facets(fleet.device))])
    assert _refusal(fleet.client) == (410, "retired")


def test_a_stock_client_is_asked_for_nothing(fleet: StockFleet, owner: User) -> None:
    for kind in ("log", "restart", "replace-key"):
        with pytest.raises(Conflict, match="answers no requests"):
            request_of_device(owner, fleet.device, kind)


def test_accounts_are_made_by_who_may_claim_within_the_quota(
    organisation: Organisation, developer: User, viewer: User, stranger: User
) -> None:
    with pytest.raises(Forbidden):
        create_stock_device(viewer, organisation, "linux")
    with pytest.raises(NotFound):
        create_stock_device(stranger, organisation, "linux")
    with pytest.raises(Invalid):
        create_stock_device(developer, organisation, "linux", labels={"Site": "berlin"})
    Quota.objects.create(holder=organisation.stream, resource="devices", limit=0)
    with pytest.raises(DeviceQuotaReached):
        create_stock_device(developer, organisation, "linux")


def test_a_client_that_asks_too_often_is_told(fleet: StockFleet) -> None:
    for _ in range(REQUESTS_A_MINUTE):
        fleet.client.send("GET", "/deploymentBase/1")
    answer = fleet.client.send("GET")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/deploymentBase/0", None, 404),
        ("GET", "/deploymentBase/1e9", None, 404),
        ("GET", "/softwaremodules/1/artifacts/..%2Fsecret", None, 404),
        ("DELETE", "", None, 405),
        ("POST", "/deploymentBase/7/feedback", {"status": {"execution": "closed"}}, 404),
        ("POST", "/deploymentBase/7/feedback", {"status": {"execution": "done"}}, 400),
        ("POST", "/deploymentBase/7/feedback", {"status": []}, 400),
        ("POST", "/deploymentBase/7/feedback", b"{" * 100, 400),
        ("POST", "/deploymentBase/7/feedback", b'{"a":"' + b"a" * 70_000 + b'"}', 400),
        ("PUT", "/configData", {"data": {str(number): "x" for number in range(33)}}, 400),
        ("PUT", "/configData", {"data": 7}, 400),
        ("POST", "/cancelAction/7/feedback", {"status": {"execution": "closed"}}, 404),
    ],
)
def test_what_is_not_of_the_api_is_a_problem(
    fleet: StockFleet, method: str, path: str, body: object, status: int
) -> None:
    answer = fleet.client.send(method, path, body)
    assert answer.status_code == status
    assert answer.json()["name"]
    assert answer.headers["Content-Type"] == "application/problem+json"
