"""Recording with a phone: making its code, letting it in, agreeing, and adding what it sends."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from forge.accounts.access import nothing_here, require_person
from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import next_number
from forge.core.errors import Invalid, QuotaReached
from forge.core.events.log import append_event
from forge.datasets.announcements import PHONE_CHANGED
from forge.datasets.collecting.access import (
    agreed_purposes,
    collecting_path,
    cookie_name,
    find_collector,
    guest_links_of,
    is_open,
    principal_of_collector,
    receipt_secret,
)
from forge.datasets.collecting.actions.submissions import submit
from forge.datasets.collecting.limits import (
    CODES_OF_ADDRESS,
    CODES_OF_LINK,
    RECORDINGS_OF_ADDRESS,
    RECORDINGS_OF_LINK,
    count,
)
from forge.datasets.collecting.task import Task, checked_task
from forge.datasets.consent.actions import agree, store_consent
from forge.datasets.consent_terms import guest_terms_for
from forge.datasets.errors import CodeNeeded, ConsentOver
from forge.datasets.models import CollectingLink, Collector, Sample, Submission
from forge.datasets.models.collecting import CollectingAudience, SubmissionState
from forge.datasets.models.samples import SampleSource
from forge.datasets.samples.actions import SampleOrigin, add_sample
from forge.datasets.samples.actions.add import checked_word
from forge.datasets.samples.rates import is_other_rate, rates_of_project
from forge.projects.access import require
from forge.projects.models import Project

MAX_LINK_DAYS = 90
MAX_GUEST_LINKS = 20
"""Links of one project for people outside that work at a time."""
MAX_GUESTS = 200
"""Browsers that one link lets in."""
CODE_DIGITS = 6
PHONE_DIGITS = 4
BROWSER_LIMIT = 40
LINK_LIFE = timedelta(minutes=5)
COLLECTOR_LIFE = timedelta(hours=24)

_CODE_ENDED = "The code was used already, or is older than 5 minutes. Scan a new code on the computer."


@transaction.atomic
def make_collecting_link(actor: Actor, project: Project, task: Task) -> tuple[CollectingLink, str]:
    """Makes a code that lets one phone of one's own record, once, within 5 minutes. Returns it with its address, which
    is shown this once. Raises `Invalid`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.GIVE_SAMPLE, project)
    require_person(actor)
    secret = new_secret()
    link = _create_link(actor, project, checked_task(task), secret, timezone.now() + LINK_LIFE)
    link.session_hash = actor.person.get_session_auth_hash()
    link.save(update_fields=["session_hash"])
    write_entry(actor, "data.collect", project.stream, project.place, link=str(link.pk))
    return link, f"{settings.PUBLIC_URL}{collecting_path(link.pk)}#token={secret}"


def _create_link(actor: Actor, project: Project, task: Task, secret: str, expires: datetime) -> CollectingLink:
    link = CollectingLink(
        project=project,
        label=task.label,
        kind=task.kind,
        milliseconds=task.milliseconds,
        rate=task.rate,
        wanted=task.wanted,
        hint=task.hint,
        days=task.days,
        purposes=sorted(task.purposes),
        tabs=list(task.tabs),
        is_of_things=task.is_of_things,
        secret_hash=hash_secret(secret),
        created_by=actor.person,
        expires=expires,
    )
    data_interval = rates_of_project(project).get(link.kind)
    if data_interval is not None and link.row_interval is not None and is_other_rate(link.row_interval, data_interval):
        raise Invalid(
            f"The motion of this data has rows {data_interval} apart. With {link.rate} rows a second they are "
            f"{link.row_interval} apart: choose the rate of the data, or import such recordings, which resamples them."
        )
    link.save(force_insert=True)
    return link


@dataclass(frozen=True)
class GuestTask:
    """The guest of a link, and the number of days that it works."""

    title: str
    days: int = 7


@transaction.atomic
def make_guest_link(actor: Actor, project: Project, task: Task, guests: GuestTask) -> tuple[CollectingLink, str, str]:
    """Makes a link by which people outside record, with a code that they type. Returns it with its address and the
    code, which are shown this once. Raises `Invalid`, `QuotaReached`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.SHARE, project)
    require_person(actor)
    task = checked_task(task)
    title = checked_word(guests.title, "name")
    if not title:
        raise Invalid("Enter who the link is for.", errors={"title": ["Enter who the link is for."]})
    if not 1 <= guests.days <= MAX_LINK_DAYS:
        raise Invalid(f"A link works for 1 to {MAX_LINK_DAYS} days.")
    if len(guest_links_of(actor, project)) >= MAX_GUEST_LINKS:
        raise QuotaReached(f"A project has at most {MAX_GUEST_LINKS} links for people outside. End one first.")
    secret, code = new_secret(), f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    link = _create_link(actor, project, task, secret, timezone.now() + timedelta(days=guests.days))
    link.audience, link.title, link.code_hash = CollectingAudience.GUESTS, title, hash_secret(f"{link.pk}:{code}")
    link.save(update_fields=["audience", "title", "code_hash"])
    write_entry(actor, "data.share", project.stream, project.place, link=str(link.pk), title=title)
    return link, f"{settings.PUBLIC_URL}{collecting_path(link.pk)}#token={secret}", code


@transaction.atomic
def end_guest_link(actor: Actor, link: CollectingLink) -> None:
    """Ends a link and what it let in, at once; what was sent stays. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.SHARE, link.project)
    end_links([link.pk])
    project = link.project
    write_entry(actor, "data.share-end", project.stream, project.place, link=str(link.pk), title=link.title)


def end_links(ids: Collection[UUID]) -> None:
    """Ends links: those of own phones are deleted, those of guests stay for their receipts."""
    now = timezone.now()
    CollectingLink.objects.filter(pk__in=ids, audience=CollectingAudience.OWN).delete()
    CollectingLink.objects.filter(pk__in=ids, expires__gt=now).update(expires=now)
    Collector.objects.filter(link__in=ids, expires__gt=now).update(expires=now)


def enter_as_guest(secret: str, link_id: UUID, code: str, address: str) -> tuple[Collector, str]:
    """Lets a browser of somebody outside in, and returns what it keeps. `address` is whom wrong codes are counted for.

    Raises `LinkEnded`, `CodeNeeded`, `TooOften` and `QuotaReached`.
    """
    links = CollectingLink.objects.select_related("created_by", "project__organisation")
    link = links.filter(pk=link_id, secret_hash=hash_secret(secret), audience=CollectingAudience.GUESTS).first()
    if link is None or not is_open(link):
        raise LinkEnded("The link is incomplete, has expired or was ended. Ask the sender for a new one.")
    if not code:
        raise CodeNeeded("Type the code that you got with the link.")
    # Counted before it is looked at, so that many at once are not more than the limit.
    count(CODES_OF_ADDRESS, f"{link.pk}:{address}")
    count(CODES_OF_LINK, str(link.pk))
    if not constant_time_compare(link.code_hash, hash_secret(f"{link.pk}:{code}")):
        raise CodeNeeded("This is not the code of the link. Type the six digits again.")
    return _let_guest_in(link)


@transaction.atomic
def _let_guest_in(link: CollectingLink) -> tuple[Collector, str]:
    Project.objects.lock(link.project_id)
    guests = Collector.objects.filter(link__project=link.project_id)
    if guests.filter(link=link).count() >= MAX_GUESTS:
        raise QuotaReached(f"This link was opened in {MAX_GUESTS} browsers, which is the limit.")
    secret = new_secret()
    collector = Collector.objects.create(
        link=link,
        number=next_number(guests),
        secret_hash=hash_secret(secret),
        receipt_hash=hash_secret(receipt_secret(secret)),
        expires=link.expires,
    )
    project = link.project
    principal = principal_of_collector(collector)
    write_entry(principal, "data.guest-enter", project.stream, project.place, guest=collector.pseudonym)
    return collector, secret


@transaction.atomic
def enter_collecting(secret: str, link_id: UUID, browser: str = "") -> tuple[Collector, str]:
    """Lets a phone in, and returns what it keeps. Works once. Raises `LinkEnded`."""
    now = timezone.now()
    # Only one of those who redeem it at this moment succeeds.
    own = CollectingLink.objects.filter(pk=link_id, audience=CollectingAudience.OWN)
    unused_codes = own.filter(secret_hash=hash_secret(secret), used=None, expires__gt=now)
    if not unused_codes.update(used=now):
        raise LinkEnded(_CODE_ENDED)
    cookie_secret = new_secret()
    Collector.objects.create(
        link_id=link_id,
        secret_hash=hash_secret(cookie_secret),
        expires=now + COLLECTOR_LIFE,
        # Chosen only now: who made a code, or copied one, cannot know which digits its phone will show.
        digits=f"{randbelow(10**PHONE_DIGITS):0{PHONE_DIGITS}d}",
        browser=browser[:BROWSER_LIMIT],
    )
    collector = find_collector({cookie_name(link_id): cookie_secret}, link_id)
    if collector is None:
        raise LinkEnded(_CODE_ENDED)
    project = collector.link.project
    principal = principal_of_collector(collector)
    write_entry(principal, "data.collect-enter", project.stream, project.place)
    append_event(project.stream, PHONE_CHANGED(link=str(link_id)), principal)
    return collector, cookie_secret


@transaction.atomic
def agree_as_collector(collector: Collector, text: str, purposes: Collection[str] = ()) -> Collector:
    """Stores that the phone's person agreed to the terms that they read, for these purposes of those that the link
    asks for; for what it needs if none is named. Raises what `agree` does."""
    link, principal = collector.link, principal_of_collector(collector)
    project = link.project
    covered_purposes = agreed_purposes(link, purposes)
    if link.is_for_guests:
        terms = guest_terms_for(project, link.days, covered_purposes, is_of_things=link.is_of_things)
        collector.consent = store_consent(project, terms, text, None)
        consent = str(collector.consent.pk)
        write_entry(principal, "data.agree", project.stream, project.place, consent=consent, guest=collector.pseudonym)
    else:
        collector.consent = agree(principal, project, purposes=covered_purposes, days=link.days, text=text)
    collector.save(update_fields=["consent"])
    return collector


def add_recording(
    collector: Collector, chunks: Iterable[bytes], *, label: str, device: str, address: str
) -> Sample | Submission:
    """Adds a recording of a phone to the data, or of a guest to those that wait. `address` is whom it is counted for.

    Raises what `add_sample` and `submit` do, and `TooOften`.
    """
    if collector.link.is_for_guests:
        count(RECORDINGS_OF_ADDRESS, address)
        count(RECORDINGS_OF_LINK, str(collector.link_id))
        return submit(collector, chunks, device=device)
    if collector.consent is None:
        raise ConsentOver("Read the terms and agree to them before you send recordings.")
    origin = SampleOrigin(alone=collector.link.is_of_things, device=device, source=SampleSource.PHONE)
    return add_sample(
        principal_of_collector(collector),
        collector.consent,
        chunks,
        label=label,
        origin=origin,
        interval=collector.link.row_interval,
    )


@transaction.atomic
def leave_collecting(collector: Collector) -> None:
    """Ends a phone's access; what it sent stays."""
    project, principal = collector.link.project, principal_of_collector(collector)
    if collector.link.is_for_guests:
        Collector.objects.filter(pk=collector.pk).update(expires=timezone.now())
        write_entry(principal, "data.guest-leave", project.stream, project.place, guest=collector.pseudonym)
    elif CollectingLink.objects.filter(pk=collector.link_id).delete()[0]:
        write_entry(principal, "data.collect-leave", project.stream, project.place)
        append_event(project.stream, PHONE_CHANGED(link=str(collector.link_id)), principal)


@transaction.atomic
def end_phone(actor: Actor, link: CollectingLink) -> None:
    """Ends a code of one's own and the phone that it let in, at once; what was sent stays. Raises `Forbidden` or
    `NotFound`."""
    require(actor, Verb.GIVE_SAMPLE, link.project)
    if link.is_for_guests or not CollectingLink.objects.visible_to(actor).filter(pk=link.pk).exists():
        raise nothing_here(actor)
    project = link.project
    end_links([link.pk])
    write_entry(actor, "data.collect-end", project.stream, project.place, link=str(link.pk))
    append_event(project.stream, PHONE_CHANGED(link=str(link.pk)), actor)


def delete_ended_links() -> None:
    """Deletes codes that nobody scanned in time, phones whose time is over, and ended links of guests who sent nothing
    that is still there: the others keep their receipts."""
    now = timezone.now()
    own = CollectingLink.objects.filter(audience=CollectingAudience.OWN)
    own.filter(used=None, expires__lte=now).delete()
    own.filter(used__isnull=False).exclude(collectors__expires__gt=now).delete()
    stored_submissions = Submission.objects.filter(state__in=(SubmissionState.WAITING, SubmissionState.ACCEPTED))
    unerased_submissions = Submission.objects.filter(erased=None)
    ended_links = CollectingLink.objects.filter(audience=CollectingAudience.GUESTS, expires__lte=now)
    ended_links.exclude(collectors__submissions__in=stored_submissions | unerased_submissions).delete()
