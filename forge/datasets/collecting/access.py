"""Finding the browser that a link let in, by its cookie, and whether its link still works."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from forge.accounts.access import nothing_here
from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, PrincipalKind, acting_as
from forge.accounts.tokens.secrets import hash_secret
from forge.core.actors import Actor
from forge.core.errors import Invalid, SignInNeeded
from forge.datasets.access import samples_of
from forge.datasets.collecting.task import DEFAULT_MOTION_RATE, MOTION_RATES
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose, checked_purposes
from forge.datasets.models import CollectingLink, Collector, Sample, Submission, SubmissionQuerySet
from forge.datasets.models.collecting import CollectingAudience, SubmissionState
from forge.datasets.models.samples import SampleKind
from forge.datasets.samples.rates import rates_of_project
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.content.row_rate import interval_of_rate

COOKIE_PREFIX = "collect_"
"""The cookie's name ends with the link's id."""
COOKIES = 20
"""Cookies that are looked at where a request does not name its link."""


def collecting_path(link_id: UUID | str) -> str:
    """The page that records for a link; its cookie goes nowhere else."""
    return f"/collect/{link_id}"


def usual_motion_rate(project: Project) -> int:
    """Returns the rate at which phones record motion unless somebody chooses another: that of the data, if they can."""
    data_interval = rates_of_project(project).get(SampleKind.MOTION)
    if data_interval is None:
        return DEFAULT_MOTION_RATE
    same_rates = (each for each in MOTION_RATES if interval_of_rate(each).is_same_as(data_interval))
    return next(same_rates, DEFAULT_MOTION_RATE)


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
        raise SignInNeeded("This phone was not let in, or its time is over. Scan a new code on the computer.")
    return collector


def is_good(collector: Collector) -> bool:
    """Returns whether the link's maker has an account and the right that it works with: of a phone of their own, to
    give recordings, with the password of then; of guests, to share."""
    link = collector.link
    if link.is_for_guests:
        return is_open(link)
    if not link.created_by.is_active or link.session_hash != link.created_by.get_session_auth_hash():
        return False
    return link.project.deleted_at is None and can(principal_of_collector(collector), Verb.GIVE_SAMPLE, link.project)


def is_open(link: CollectingLink) -> bool:
    """Returns whether guests may record with a link: in time, its project there, and its maker may share."""
    if link.expires <= timezone.now() or link.project.deleted_at is not None or not link.created_by.is_active:
        return False
    return can(acting_as(link.created_by), Verb.SHARE, link.project)


def principal_of_collector(collector: Collector) -> Principal:
    """Returns the principal of that browser. A guest or a device has no person, so no role: it can see nothing."""
    if collector.link.audience == CollectingAudience.OWN:
        return acting_as(collector.link.created_by, collector)
    restriction = frozenset({f"collecting:{collector.link_id}"})
    return Principal(PrincipalKind.GUEST, str(collector.pk), None, frozenset(), restriction)


def agreed_purposes(link: CollectingLink, choices: Collection[str]) -> frozenset[Purpose]:
    """The purposes to which a person who records agrees: what the link needs, and what they choose of the rest that it
    asks for. Raises `Invalid` for something that it does not ask for."""
    requested_purposes = checked_purposes(link.purposes)
    needed_purposes = requested_purposes & DEFAULT_PURPOSES
    if not set(choices) <= requested_purposes:
        raise Invalid(f"This link asks for {', '.join(sorted(requested_purposes))} and nothing else.")
    return needed_purposes | {Purpose(name) for name in choices}


@dataclass(frozen=True)
class PhoneState:
    """The state of a code for a phone of one's own, for the computer that shows it. `digits` are "" before a phone was
    let in, and `is_over` says that the code or its phone works no longer."""

    digits: str = ""
    browser: str = ""
    sent: int = 0
    is_over: bool = False


def phone_state(actor: Actor, link_id: UUID) -> PhoneState:
    """Returns the state of a code that this person made."""
    links = CollectingLink.objects.visible_to(actor).alive()
    link = links.filter(pk=link_id, audience=CollectingAudience.OWN).first()
    if link is None:
        return PhoneState(is_over=True)
    collector = Collector.objects.select_related("link__created_by", "link__project__organisation").filter(link=link)
    phone = collector.first()
    if phone is None:
        return PhoneState()
    return PhoneState(phone.digits, phone.browser, recordings_of(phone), is_over=not is_good(phone))


def find_own_link(actor: Actor, project: Project, link_id: UUID) -> CollectingLink:
    """A code for a phone that this person made. Raises `NotFound`."""
    links = CollectingLink.objects.visible_to(actor).filter(project=project, audience=CollectingAudience.OWN)
    link = links.filter(pk=link_id).select_related("project__organisation").first()
    if link is None:
        raise nothing_here(actor)
    return link


def tabs_of(collector: Collector) -> dict[str, int]:
    """Returns the labels that the phone shows as tabs with how many recordings each has: those of its link, and those
    that the data got since; none where it records one label after a countdown."""
    if not collector.link.tabs:
        return {}
    samples = samples_of(principal_of_collector(collector), collector.link.project).select_related(None).order_by()
    rows = samples.filter(is_excluded=False).exclude(label="").values_list("label").annotate(count=Count("pk"))
    counts = dict(rows)
    return {label: counts.get(label, 0) for label in dict.fromkeys([*collector.link.tabs, *sorted(counts)])}


def guest_links_of(actor: Actor, project: Project) -> list[CollectingLink]:
    """The links for people outside that work, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.SHARE, project)
    links = CollectingLink.objects.visible_to(actor).alive().filter(project=project, audience=CollectingAudience.GUESTS)
    return list(links.select_related("created_by").annotate(guests=Count("collectors")))


def find_guest_link(actor: Actor, project: Project, link_id: UUID) -> CollectingLink:
    """Returns a guest link. Raises `NotFound`."""
    match = next((link for link in guest_links_of(actor, project) if link.pk == link_id), None)
    if match is None:
        raise nothing_here(actor)
    return match


def submissions_of(actor: Actor, project: Project) -> SubmissionQuerySet:
    """Returns the pending submissions of guests, oldest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, project)
    waiting = Submission.objects.visible_to(actor).waiting().filter(collector__link__project=project)
    return waiting.select_related("collector__link", "consent__data_set__project")


def find_submission(actor: Actor, project: Project, submission_id: UUID) -> Submission:
    """Returns a submission. Raises `NotFound`."""
    submission = submissions_of(actor, project).filter(pk=submission_id).first()
    if submission is None:
        raise nothing_here(actor)
    return submission


def receipt_secret(cookie_secret: str) -> str:
    """The secret of a guest's receipt link, which follows from the one in their cookie."""
    return hash_secret(f"receipt:{cookie_secret}")


def is_guest_link(link_id: UUID) -> bool:
    """Returns whether a link of this id is for people outside; False if there is none."""
    return CollectingLink.objects.filter(pk=link_id, audience=CollectingAudience.GUESTS).exists()


def find_receipt(secret: str, link_id: UUID) -> Collector:
    """The guest whose receipt link this is, also after their link ended. Raises `LinkEnded`."""
    collectors = Collector.objects.select_related("link__project__organisation", "link__created_by", "consent")
    collector = collectors.filter(link=link_id, receipt_hash=hash_secret(secret)).first()
    if collector is None or not secret:
        raise LinkEnded("The receipt link is incomplete. Copy all of it, with the part after the # sign.")
    return collector


def sent_by(collector: Collector) -> SubmissionQuerySet:
    """Returns the submissions of a guest, in order."""
    return Submission.objects.filter(collector=collector).select_related("sample")


def recordings_of(collector: Collector) -> int:
    """Returns how many stored recordings it sent under the consent in force."""
    if collector.link.is_for_guests:
        return Submission.objects.filter(collector=collector).exclude(state=SubmissionState.DELETED).count()
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
