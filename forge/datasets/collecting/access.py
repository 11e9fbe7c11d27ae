"""Finding the browser that a link let in, by its cookie, and whether its link still works."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, acting_as
from forge.accounts.tokens.secrets import hash_secret
from forge.core.errors import SignInNeeded
from forge.datasets.models import Collector, Sample

COOKIE_PREFIX = "collect_"
"""The cookie's name ends with the link's id."""
COOKIES = 20
"""Cookies that are looked at where a request does not name its link."""


def collecting_path(link_id: UUID | str) -> str:
    """The page that records for a link; its cookie goes nowhere else."""
    return f"/collect/{link_id}"


def cookie_name(link_id: UUID | str) -> str:
    """The cookie in which a browser keeps its secret."""
    return f"{COOKIE_PREFIX}{link_id}"


def find_collector(cookies: Mapping[str, str], link_id: UUID) -> Collector | None:
    """The browser with these cookies, or None if it was not let in, or its link works no longer."""
    secret = cookies.get(cookie_name(link_id), "")
    if not secret:
        return None
    collectors = Collector.objects.select_related("link__created_by", "link__project__organisation", "consent")
    alive = collectors.filter(expires__gt=timezone.now(), link=link_id)
    collector = alive.filter(secret_hash=hash_secret(secret)).first()
    return collector if collector is not None and is_good(collector) else None


def require_collector(cookies: Mapping[str, str], link_id: UUID) -> Collector:
    """The same. Raises `SignInNeeded`."""
    collector = find_collector(cookies, link_id)
    if collector is None:
        raise SignInNeeded("This phone was not let in, or its time is over. Show a new code on the desk and scan it.")
    return collector


def is_good(collector: Collector) -> bool:
    """Whether the link's maker has an account, the password of then, and may give recordings to the project."""
    link = collector.link
    if not link.created_by.is_active or link.session_hash != link.created_by.get_session_auth_hash():
        return False
    return link.project.deleted_at is None and can(principal_of_collector(collector), Verb.GIVE_SAMPLE, link.project)


def principal_of_collector(collector: Collector) -> Principal:
    """What acts in that browser."""
    return acting_as(collector.link.created_by, collector)


def recordings_of(collector: Collector) -> int:
    """How many recordings it sent under the consent in force that are stored."""
    if collector.consent_id is None:
        return 0
    return Sample.objects.available().filter(consent=collector.consent_id).count()


def sender_by_cookie(cookies: Mapping[str, str]) -> str | None:
    """Names whose browser it is, for limits of bodies; None if no link let it in. Decides no right."""
    secrets = [secret for name, secret in cookies.items() if name.startswith(COOKIE_PREFIX)][:COOKIES]
    if not secrets:
        return None
    alive = Collector.objects.filter(expires__gt=timezone.now(), secret_hash__in=map(hash_secret, secrets))
    collector = alive.values_list("pk", flat=True).first()
    return None if collector is None else f"collector:{collector}"
