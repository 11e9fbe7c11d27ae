"""The requests that Zephyr's hawkBit client sends, in its order and with its headers and bodies.

They are those of `subsys/mgmt/hawkbit/hawkbit.c`: addresses that it composes from its board and hardware id, answers of
200 with a length, a poll time of eight characters, one chunk `bApp` with one artifact, and a download address in which
it looks for `/DEFAULT/controller/v1`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from forge.fleet.models import StockAccount
from tests.forge.deployments.stock.conftest import StockFleet

pytestmark = pytest.mark.django_db
IMAGE = b"\x3d\xb8\xf3\x96 an image that imgtool signed"
ID = "frdm_k64f-003200204e43501120333936"
BASE = f"/default/controller/v1/{ID}"
JSON = "application/json;charset=UTF-8"


class Zephyr:
    """The client: it keeps the number of the last action that it installed, as the real one does in flash."""

    def __init__(self, token: str) -> None:
        self.installed = -1
        self._token = token
        self._client = Client()
        self.requests: list[str] = []

    def probe(self) -> str:
        """Does what the client does at each of its polls. Returns what became of it."""
        answer = self._get(BASE)
        sleep = answer["config"]["polling"]["sleep"]
        assert len(sleep) == 8
        links = answer["_links"]
        if "cancelAction" in links:
            return self._cancel(links["cancelAction"]["href"])
        if "configData" in links:
            status = {"execution": "closed", "result": {"finished": "success"}}
            data = {"VIN": ID, "hwRevision": "3"}
            body = {"mode": "merge", "data": data, "id": "", "time": "", "status": status}
            self._send("PUT", f"{BASE}/configData", body)
        if "deploymentBase" not in links:
            return "no-update"
        tail = links["deploymentBase"]["href"].partition("deploymentBase/")[2]
        assert len(f"deploymentBase/{tail}") < 50
        return self._install(self._get(f"{BASE}/deploymentBase/{tail}"))

    def _cancel(self, href: str) -> str:
        tail = href[href.index("cancelAction/") :]
        assert len(tail) < 50
        status = {"execution": "closed", "result": {"finished": "success"}}
        self._send("POST", f"{BASE}/{tail}/feedback", {"id": tail.partition("/")[2], "time": "", "status": status})
        return "cancelled"

    def _install(self, document: dict[str, Any]) -> str:
        number = int(document["id"])
        [chunk] = document["deployment"]["chunks"]
        assert chunk["part"] == "bApp"
        [artifact] = chunk["artifacts"]
        if number == self.installed:
            status = {"result": {"finished": "success"}, "execution": "closed"}
            self._send("POST", f"{BASE}/deploymentBase/{number}/feedback", {"id": str(number), "status": status})
            return "ok"
        href = artifact["_links"]["download-http"]["href"]
        path = href[href.index("/DEFAULT/controller/v1") :]
        assert len(path) < 200
        answer = self._send("GET", path)
        data = answer.getvalue()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (artifact["size"], artifact["hashes"]["sha256"])
        assert data == IMAGE
        self.installed = number
        return "installed"

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._send("GET", path)
        assert int(answer.headers["Content-Length"]) == len(answer.content) <= 1100
        document: dict[str, Any] = answer.json()
        return document

    def _send(self, method: str, path: str, body: object = None) -> Any:
        self.requests.append(f"{method} {path.removeprefix(BASE).partition('?')[0]}")
        headers = {"Host": "testserver", "Authorization": f"TargetToken {self._token}"}
        if body is None:
            answer = self._client.generic(method, path, headers=headers)
        else:
            text = json.dumps(body, separators=(",", ":"))
            assert len(text) <= 200
            answer = self._client.generic(method, path, text, JSON, headers=headers)
        assert answer.status_code == 200, answer.content
        return answer


@pytest.fixture
def zephyr(fleet: StockFleet) -> Zephyr:
    return Zephyr(fleet.client.token)


def test_zephyr_installs_and_reports_after_its_reboot(fleet: StockFleet, zephyr: Zephyr) -> None:
    assert zephyr.probe() == "no-update"
    assert zephyr.requests == ["GET ", "PUT /configData"]
    account = StockAccount.objects.get()
    assert (account.controller, account.attributes) == (ID, {"VIN": ID, "hwRevision": "3"})
    fleet.give_image(IMAGE, "kitchen.signed.bin")
    zephyr.requests.clear()
    assert zephyr.probe() == "installed"
    assert (fleet.device.phase, fleet.device.running_version) == ("fetching", "")
    assert zephyr.probe() == "ok"
    download = f"/DEFAULT/controller/v1/{ID}/softwaremodules/1/artifacts/kitchen.signed.bin"
    feedback = "POST /deploymentBase/1/feedback"
    assert zephyr.requests == [
        "GET ",
        "GET /deploymentBase/1",
        f"GET {download}",
        "GET ",
        "GET /deploymentBase/1",
        feedback,
    ]
    assert (fleet.device.phase, fleet.device.running_version) == ("running", "1.0")
    assert zephyr.probe() == "no-update"


def test_zephyr_acknowledges_what_is_cancelled(fleet: StockFleet, zephyr: Zephyr) -> None:
    fleet.give_image(IMAGE)
    assert zephyr.probe() == "installed"
    fleet.give_image(b"a better image")
    assert zephyr.probe() == "cancelled"
    assert zephyr.requests[-2:] == ["GET ", "POST /cancelAction/1/feedback"]
    fleet.give_image(IMAGE)
    assert zephyr.probe() == "installed"
    assert zephyr.installed == 2
    assert zephyr.probe() == "ok"
    assert fleet.device.running_version == "1.0"
