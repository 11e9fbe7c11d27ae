"""A phone that records for a project: a browser without a session, at the addresses of a link."""

from __future__ import annotations

from typing import Any

from django.test import Client


class Phone:
    """A browser without a session, at a link's addresses."""

    def __init__(self, url: str) -> None:
        address, _, self.token = url.partition("#token=")
        self.base = "/collect/" + address.rpartition("/")[2]
        self.client = Client()

    def post(self, what: str, body: object) -> Any:
        return self.client.post(f"{self.base}/{what}", body, content_type="application/json")

    def state(self) -> Any:
        return self.client.get(f"{self.base}/state")

    def enter(self) -> Any:
        return self.post("enter", {"token": self.token})

    def agree(self) -> Any:
        return self.post("agree", {"text": self.state().json()["terms"]["text"]})

    def send(self, data: bytes, query: str = "label=knock&device=phone") -> Any:
        return self.client.post(f"{self.base}/recordings?{query}", data, content_type="audio/wav")
