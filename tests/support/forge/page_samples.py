"""Web pages whose persons are asked for samples, and what they send."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from forge.accounts.models import User
from forge.projects.models import Project
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples
from forge.telemetry.sample_requests.from_pages.offers import TAKE_BACK
from forge.telemetry.sample_requests.models import SampleRequest
from forge.telemetry.sample_requests.terms import page_terms
from tests.support.forge.factories.deployments import now
from tests.support.forge.page_counts import ORIGIN, CountingPage, counting_page
from tests.support.forge.sample_requests import HEARING, wav

SECRET = "ab" * 32


@dataclass
class RequestedPage:
    """A page of a deployment that counts, and one open request."""

    page: CountingPage
    request: SampleRequest

    @property
    def address(self) -> str:
        """The address at which it asks and sends."""
        return f"{self.page.deployment.served_path}/{self.page.key}/samples"

    def offers(self, *, rune: str = "", origin: str = ORIGIN) -> Any:
        """Asks for the requests. Returns the answer."""
        query = {"rune": rune or now(self.page.deployment).rune}
        return Client().get(self.address, query, headers={"Origin": origin})

    def message(self, recording: bytes | None = None, **changes: Any) -> dict[str, Any]:
        """Returns a window with all purposes, unless `changes` say others."""
        terms = page_terms(self.request)
        purposes = changes.pop("purposes", sorted(terms.requested_purposes))
        return {
            "request": str(self.request.pk),
            "secret": SECRET,
            "purposes": purposes,
            "terms": terms.digest(purposes),
            "data": base64.b64encode(wav() if recording is None else recording).decode(),
            **changes,
        }

    def send(
        self,
        recording: bytes | None = None,
        *,
        body: bytes | None = None,
        origin: str = ORIGIN,
        ip: str = "",
        **changes: Any,
    ) -> str:
        """Sends a window as a browser does. Returns the name of the refusal, or "" of one that is taken."""
        message = json.dumps(self.message(recording, **changes)).encode() if body is None else body
        return _name(_post(self.address, message, origin, ip))

    def take_back(self, secret: str = SECRET, *, body: bytes | None = None, origin: str = ORIGIN) -> str:
        """Takes back all that was sent with a secret. Returns the name of the refusal, or ""."""
        return _name(_post(TAKE_BACK, body or json.dumps({"secret": secret}).encode(), origin, ""))


def requested_page(developer: User, project: Project, **wanted: Any) -> RequestedPage:
    """Returns a page of a deployment for websites that asks for what the rune calls knock, or for what `wanted`
    says."""
    page = counting_page(developer, project, HEARING)
    return RequestedPage(page, ask_for_samples(developer, page.deployment, **(wanted or {"label": "knock"})))


def _post(address: str, body: bytes, origin: str, ip: str) -> Any:
    headers = {"Origin": origin} if origin else {}
    return Client().generic("POST", address, body, content_type="", headers=headers, REMOTE_ADDR=ip or "203.0.113.7")


def _name(answer: Any) -> str:
    return "" if answer.status_code == 204 else str(answer.json()["name"])
