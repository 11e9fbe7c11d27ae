"""The addresses of @hotg-ai/forge: plain and encrypted runes, refusals, and reports that say nothing about people."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client
from nacl.public import Box, PrivateKey, PublicKey

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.deployments.actions import change_deployment, create_key, revoke_key
from forge.deployments.models import Deployment, DeploymentKey
from forge.deployments.serving.refusals import ServingRefusal
from forge.deployments.serving.stock.encryption import encrypt, key_id_now
from forge.projects.models import Project
from forge.telemetry.app_reports.counting import EVENTS, MAX_METRICS, events_of, write_app_reports
from forge.telemetry.models import AppReportsOfDay
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed

pytestmark = pytest.mark.django_db

OURS, FOREIGN = "https://acme.example", "https://elsewhere.example"


@pytest.fixture
def deployment(developer: User, project: Project) -> Deployment:
    return deployed(developer, project)


@pytest.fixture
def secret(deployment: Deployment, developer: User) -> str:
    return create_key(developer, deployment, "Site key")[1]


def sent(secret: str, deployment: Deployment, **more: str) -> dict[str, str]:
    return {"x-api-key": secret, "deploymentId": str(deployment.short_id)} | more


def body_of(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def report(*types: Any, browser: Any = "Chrome", **more: Any) -> bytes:
    metrics = [{"timestamp": 1, "type": each, "payload": {"message": "SECRET"}} for each in types]
    return json.dumps({"timestamp": 1, "deviceTypeId": browser, "metrics": metrics} | more).encode()


def post_report(client: Client, secret: str, body: bytes, **headers: str) -> Any:
    return client.post("/forge/telemetry", body, content_type="application/json", headers={"APIKEY": secret} | headers)


# -- what is refused


@pytest.mark.slow
@pytest.mark.protects("delivery/refusals")
@pytest.mark.protects("delivery/other-deployments")
def test_a_stock_client_is_refused_by_name(
    client: Client, deployment: Deployment, secret: str, developer: User, project: Project
) -> None:
    other = deployed(developer, project, title="Phone app", kind="app")

    def refusal(method: str = "GET", address: str = "/forge/deployment", **headers: str) -> tuple[int, str]:
        answer = client.generic(method, address, headers=headers)
        return answer.status_code, answer.json()["name"]

    good = sent(secret, deployment)
    assert refusal() == (401, "key-missing")
    assert refusal(**good | {"x-api-key": secret + "x"}) == (403, "key-unknown")
    assert refusal(**good | {"deploymentId": str(other.short_id)}) == (403, "key-unknown")
    assert refusal(**{"x-api-key": secret}) == (403, "key-unknown")
    assert refusal(**good, Origin=FOREIGN) == (403, "origin-refused")
    assert refusal("POST", **good) == (405, "method-refused")
    assert refusal("GET", "/forge/kms", **good) == (405, "method-refused")
    for change in ({"x-keyId": "1"}, {"x-keyId": str(key_id_now())}, {"x-keyId": "x", "x-publicKey": "?"}):
        assert refusal(**good | change) == (400, "encryption-key-refused")
    revoke_key(developer, deployment, DeploymentKey.objects.get().pk)
    assert refusal(**good) == (403, "key-revoked")


@pytest.mark.protects("delivery/encryption-keys")
@each_case("key", [bytes(32), bytes([1]) + bytes(31), b"short", bytes(33)])
def test_a_key_that_gives_a_public_secret_is_refused(key: bytes, deployment: Deployment) -> None:
    with pytest.raises(ServingRefusal, match="not valid"):
        encrypt(RUNE, deployment.pk, str(key_id_now()), base64.b64encode(key).decode())


@pytest.mark.protects("delivery/foreign-pages")
def test_a_foreign_page_may_ask_and_reads_nothing(client: Client, deployment: Deployment, secret: str) -> None:
    for address in ("/forge/deployment", "/forge/kms", "/forge/telemetry"):
        question = {"Origin": FOREIGN, "Access-Control-Request-Method": "GET"}
        preflight = client.options(address, headers=question)
        assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (204, "*")
        assert {"x-api-key", "deploymentid", "x-keyid", "x-publickey", "apikey", "content-type"} <= set(
            preflight["Access-Control-Allow-Headers"].lower().split(", ")
        )
    good = sent(secret, deployment)
    answers = [
        client.get("/forge/deployment", headers=good | {"Origin": FOREIGN}),
        client.post("/forge/kms", headers=good | {"Origin": FOREIGN}),
        client.get("/forge/deployment", headers={"Origin": OURS, "x-api-key": "no"}),
    ]
    assert ["Access-Control-Allow-Origin" in each for each in answers] == [False] * 3
    own = client.get("/forge/deployment", headers=good | {"Origin": OURS})
    assert (own["Access-Control-Allow-Origin"], "x-nonce" in own["Access-Control-Expose-Headers"]) == (OURS, True)


# -- what is served


@pytest.mark.slow
def test_the_rune_comes_as_it_is(client: Client, deployment: Deployment, secret: str) -> None:
    for deployment_id in (str(deployment.short_id), str(deployment.pk)):
        answer = client.get("/forge/deployment", headers=sent(secret, deployment, deploymentId=deployment_id))
        assert (answer.status_code, body_of(answer)) == (200, RUNE)


@pytest.mark.slow
def test_the_rune_comes_as_a_box_that_only_the_client_opens(
    client: Client, deployment: Deployment, secret: str
) -> None:
    pair = client.post("/forge/kms", headers=sent(secret, deployment)).json()
    own = PrivateKey.generate()
    headers = sent(secret, deployment, **{"x-keyId": str(pair["keyID"])})
    headers["x-publicKey"] = base64.b64encode(bytes(own.public_key)).decode()
    answer = client.get("/forge/deployment", headers=headers)
    body, nonce = body_of(answer), base64.b64decode(answer["x-nonce"])
    assert (body[:16], len(nonce), RUNE in body) == (bytes(16), 24, False)
    server = PublicKey(base64.b64decode(pair["publicKey"]))
    assert Box(own, server).decrypt(body[16:], nonce) == RUNE
    assert client.get("/forge/deployment", headers=headers)["x-nonce"] != answer["x-nonce"]


# -- reports


@pytest.mark.slow
@pytest.mark.protects("delivery/counted-people")
def test_reports_are_always_answered_and_counted_without_people(
    client: Client, deployment: Deployment, secret: str, developer: User
) -> None:
    personal = {"deviceId": "SECRET", "deviceGroupId": "SECRET", "runeId": "SECRET"}
    body = report("rune/predict/failed", "rune/predict/failed", "rune/load/started", "SECRET", 3, **personal)
    bodies = (
        body,
        b"",
        b"[",
        b"[" * 200_000,
        b"[]",
        b"null",
        b'{"metrics": 3}',
        b'{"metrics": [3, {}]}',
        b"\xff",
        b"x" * 300_000,
    )
    for key in (secret, "", "wrong"):
        assert {post_report(client, key, each).status_code for each in bodies} == {200}
    write_app_reports()
    assert not AppReportsOfDay.objects.exists()
    change_deployment(developer, deployment, telemetry=True)
    for each in bodies:
        assert post_report(client, secret, each, Origin=OURS).status_code == 200
    assert post_report(client, secret, body, Origin=FOREIGN).status_code == 200
    assert post_report(client, "wrong", body).status_code == 200
    write_app_reports()
    write_app_reports()
    rows = list(AppReportsOfDay.objects.values_list("event", "browser", "count"))
    assert sorted(rows) == [("rune/load/started", "Chrome", 1), ("rune/predict/failed", "Chrome", 2)]
    tables: list[Any] = [AppReportsOfDay, AuditEntry]
    assert "SECRET" not in str([list(table.objects.values()) for table in tables])


@pytest.mark.parametrize("browser", [None, 3, "Lynx", ["Chrome"], "x" * 9999])
def test_an_unknown_browser_is_other(browser: Any) -> None:
    assert events_of(report("rune/load/failed", browser=browser)) == {("rune/load/failed", "other"): 1}


def test_a_report_counts_known_events_up_to_a_limit() -> None:
    assert len(EVENTS) == 9
    assert events_of(report(*EVENTS)).total() == 9
    assert events_of(report(*["rune/load/started"] * (MAX_METRICS + 5))).total() == MAX_METRICS
