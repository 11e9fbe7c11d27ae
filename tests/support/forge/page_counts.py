"""Web pages of a deployment that counts, and what they send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.deployments.actions import create_key
from forge.deployments.models import Deployment
from forge.projects.models import Project
from forge.telemetry.app_reports.documents import PageDocument
from forge.telemetry.switch.actions import turn_on
from hmrd.protocol.counts import rune_key
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from tests.support.forge.counts import WATCHING
from tests.support.forge.factories.deployments import deployed, now, published

ORIGIN = "https://acme.example"


def of_page(labels: tuple[int, ...] = (6, 3, 1), **others: Any) -> Counts:
    """Returns the counts of some answers in `tests.support.watch.LAYOUT`, as a page has them."""
    answers = sum(labels)
    return Counts(labels, (0, 0, 0, answers), ((0, answers, 0),), answers=answers, **others)


@dataclass
class CountingPage:
    """A page of a deployment's origin with its key."""

    deployment: Deployment
    secret: str
    key: str
    """The id of the key."""

    @property
    def address(self) -> str:
        """The address at which it sends."""
        return f"{self.deployment.served_path}/{self.key}/telemetry"

    def document(self, counts: Counts | None = None, *, day: date | None = None, rune: str = "") -> bytes:
        """A document of the page, about today."""
        key = rune_key(rune or now(self.deployment).rune)
        return PageDocument(day or timezone.now().date(), key, encode(counts or of_page())).data

    def send(self, document: bytes | None = None, *, origin: str = ORIGIN, address: str = "", ip: str = "") -> Any:
        """Sends a document as a browser does: nothing but the body, and the origin of the page."""
        headers = {"Origin": origin} if origin else {}
        return Client().generic(
            "POST",
            address or self.address,
            self.document() if document is None else document,
            content_type="",
            headers=headers,
            REMOTE_ADDR=ip or "203.0.113.7",
        )

    def name(self, document: bytes | None = None, **options: str) -> str:
        """Sends a document. Returns the name of the refusal, or "" of one that is counted."""
        answer = self.send(document, **options)
        return "" if answer.status_code == 204 else str(answer.json()["name"])

    def state(self, origin: str = ORIGIN) -> Any:
        """Asks whether its deployment counts."""
        headers = {"Origin": origin, "x-api-key": self.secret}
        return Client().get(f"{self.deployment.served_path}/telemetry", headers=headers)


def page_of(deployment: Deployment, developer: User) -> CountingPage:
    """Returns a page with a new key of a deployment."""
    key, secret = create_key(developer, deployment, "Page")
    return CountingPage(deployment, secret, str(key.pk))


def counting_page(developer: User, project: Project, rune: bytes = WATCHING) -> CountingPage:
    """Returns a page of a deployment for websites whose rune counts, and which counts."""
    published(developer, project, "1.0", rune)
    deployment = deployed(developer, project, "1.0")
    turn_on(developer, deployment)
    return page_of(deployment, developer)
