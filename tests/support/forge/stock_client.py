"""A stock client as its server sees it: requests of hawkBit's Direct Device Integration API with a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

ROOT = "/default/controller/v1/"


class StockClient:
    """A client with an id and a token."""

    def __init__(self, token: str, controller: str = "gate-9") -> None:
        self.token, self.controller = token, controller
        self._client = Client()

    def send(self, method: str, path: str = "", body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """Sends a request to an address below that of the client, or to a link of an answer."""
        address = self.address(path)
        own = {"Authorization": f"TargetToken {self.token}"} if self.token else {}
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = "application/json;charset=UTF-8"
        return self._client.generic(method, address, data, content_type, headers={**own, **(headers or {})})

    def address(self, path: str) -> str:
        """Returns the address of a path below the client, or the path of a link."""
        if path.startswith("http"):
            parts = urlsplit(path)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
        return f"{ROOT}{self.controller}{path}"

    def links(self) -> dict[str, str]:
        """Polls, and returns the addresses of the answer."""
        answer = self.send("GET")
        assert answer.status_code == 200, answer.content
        return {name: link["href"] for name, link in answer.json()["_links"].items()}

    def offered(self) -> dict[str, Any] | None:
        """Polls, and returns what the client shall install; None if nothing is offered."""
        link = self.links().get("deploymentBase")
        if link is None:
            return None
        answer = self.send("GET", link)
        assert answer.status_code == 200, answer.content
        document: dict[str, Any] = answer.json()
        return document

    def close(self, number: str, finished: str, *details: str, kind: str = "deploymentBase") -> Any:
        """Closes an action."""
        status = {"execution": "closed", "result": {"finished": finished}, "details": list(details)}
        return self.send("POST", f"/{kind}/{number}/feedback", {"id": number, "status": status})

    def proceed(self, number: str, *details: str) -> Any:
        """Says that the client is under way."""
        status = {"execution": "proceeding", "result": {"finished": "none"}, "details": list(details)}
        return self.send("POST", f"/deploymentBase/{number}/feedback", {"id": number, "status": status})
