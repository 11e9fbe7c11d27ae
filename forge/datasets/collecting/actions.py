"""Recording with a phone: making its code, letting it in, agreeing, and adding what it sends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.errors import LinkEnded
from forge.accounts.organisations.access import require_person
from forge.accounts.permissions import Verb
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.datasets.collecting.access import collecting_path, cookie_name, find_collector, principal_of_collector
from forge.datasets.collecting.task import Task, checked_task
from forge.datasets.consent.actions import agree
from forge.datasets.consent.terms import DEFAULT_PURPOSES
from forge.datasets.errors import ConsentOver
from forge.datasets.models import CollectingLink, Collector, Sample
from forge.datasets.samples.actions import Origin, add_sample
from forge.datasets.samples.models import SampleSource
from forge.projects.access import require
from forge.projects.models import Project

LINK_LIFE = timedelta(minutes=5)
COLLECTOR_LIFE = timedelta(hours=24)

_ENDED = "The code was used already, or is older than 5 minutes. Show a new code on the desk and scan it."


@transaction.atomic
def make_collecting_link(actor: Actor, project: Project, task: Task) -> tuple[CollectingLink, str]:
    """Makes a code that lets one phone of one's own record, once, within 5 minutes. Returns it with its address, which
    is shown this once. Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.GIVE_SAMPLE, project)
    require_person(actor)
    task = checked_task(task)
    secret = new_secret()
    link = CollectingLink.objects.create(
        project=project,
        label=task.label,
        kind=task.kind,
        milliseconds=task.milliseconds,
        rate=task.rate,
        wanted=task.wanted,
        hint=task.hint,
        days=task.days,
        secret_hash=hash_secret(secret),
        session_hash=actor.person.get_session_auth_hash(),
        created_by=actor.person,
        expires=timezone.now() + LINK_LIFE,
    )
    write_entry(actor, "data.collect", project.stream, project.place, link=str(link.pk))
    return link, f"{settings.PUBLIC_URL}{collecting_path(link.pk)}#token={secret}"


@transaction.atomic
def enter_collecting(secret: str, link_id: UUID) -> tuple[Collector, str]:
    """Lets a phone in, and returns what it keeps. Works once. Raises `LinkEnded`."""
    now = timezone.now()
    # Only one of those who redeem it at this moment succeeds.
    unused = CollectingLink.objects.filter(pk=link_id, secret_hash=hash_secret(secret), used=None, expires__gt=now)
    if not unused.update(used=now):
        raise LinkEnded(_ENDED)
    cookie_secret = new_secret()
    Collector.objects.create(link_id=link_id, secret_hash=hash_secret(cookie_secret), expires=now + COLLECTOR_LIFE)
    collector = find_collector({cookie_name(link_id): cookie_secret}, link_id)
    if collector is None:
        raise LinkEnded(_ENDED)
    project = collector.link.project
    write_entry(principal_of_collector(collector), "data.collect-enter", project.stream, project.place)
    return collector, cookie_secret


@transaction.atomic
def agree_as_collector(collector: Collector, text: str) -> Collector:
    """Stores that the phone's person agreed to the terms that they read. Raises what `agree` does."""
    link = collector.link
    principal = principal_of_collector(collector)
    collector.consent = agree(principal, link.project, purposes=DEFAULT_PURPOSES, days=link.days, text=text)
    collector.save(update_fields=["consent"])
    return collector


def add_recording(collector: Collector, chunks: Iterable[bytes], *, label: str, device: str) -> Sample:
    """Adds a recording of a phone to the data. Raises what `add_sample` does."""
    if collector.consent is None:
        raise ConsentOver("Read the terms and agree to them before you send recordings.")
    origin = Origin(device=device, source=SampleSource.PHONE)
    return add_sample(principal_of_collector(collector), collector.consent, chunks, label=label, origin=origin)


@transaction.atomic
def leave_collecting(collector: Collector) -> None:
    """Ends a phone's access; what it sent stays."""
    project = collector.link.project
    if CollectingLink.objects.filter(pk=collector.link_id).delete()[0]:
        write_entry(principal_of_collector(collector), "data.collect-leave", project.stream, project.place)


def delete_ended_links() -> None:
    """Deletes codes that nobody scanned in time, and phones whose time is over."""
    now = timezone.now()
    CollectingLink.objects.filter(used=None, expires__lte=now).delete()
    CollectingLink.objects.filter(used__isnull=False).exclude(collectors__expires__gt=now).delete()
