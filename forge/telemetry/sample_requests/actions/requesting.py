"""Asking the owners of devices and people on web pages for samples, and ending such a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import BooleanField, CharField, ChoiceField, FloatField, IntegerField

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, QuotaReached
from forge.core.events.declarations import NewEvent
from forge.core.events.log import append_event
from forge.datasets.consent_terms import DEFAULT_DAYS, checked_purposes
from forge.datasets.models import CollectingLink
from forge.datasets.models.collecting import CollectingAudience
from forge.datasets.models.samples import SampleKind
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.place import DEPLOYMENT, DEPLOYMENT_OF_PEOPLE
from forge.deployments.releases.changes import lock_deployment
from forge.fleet.models import Device, DeviceQuerySet
from forge.fleet.queries.matching import full_condition, parse_query, scope_of
from forge.fleet.queries.syntax import LONGEST_QUERY
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.intake.runes import watched_rune_of
from forge.telemetry.sample_requests.access import find_request, open_requests
from forge.telemetry.sample_requests.announcements import SAMPLES_REQUESTED
from forge.telemetry.sample_requests.conditions import FeatureSide, WantedWindows, condition_of, words_of
from forge.telemetry.sample_requests.ending import end_request, tell_devices
from forge.telemetry.sample_requests.models import LONGEST_WHAT, DeviceSampleRequest, SampleRequest
from forge.telemetry.sample_requests.recorded_kind import recorded_kind
from forge.telemetry.sample_requests.serializers import request_to_json
from forge.telemetry.sample_requests.terms import is_restricted_now, offer_terms, purposes_of_boxes
from forge.telemetry.switch.access import states_of
from hmrd.protocol.samples import MOST_OFFERS, MOST_WINDOWS
from rune.watch.record import counts_from_json

USUAL_MOST: Final = 10
USUAL_OPEN_DAYS: Final = 14
MOST_OPEN_DAYS: Final = 90
MOST_DEVICES: Final = 10_000
_LONGEST = 300


@act(
    "POST",
    DEPLOYMENT_OF_PEOPLE,
    "telemetry/requests",
    "sample_requests_create",
    verb=Verb.EDIT,
    state=MAKES,
    answer=ActAnswer(request_to_json, status=201),
    raises=(Invalid, Conflict, QuotaReached),
)
@transaction.atomic
def ask_for_samples(
    actor: Actor,
    deployment: Deployment,
    label: Annotated[str, CharField(max_length=_LONGEST, allow_blank=True)] = "",
    less_sure_than: Annotated[float | None, FloatField(min_value=0, max_value=1)] = None,
    feature: Annotated[str, CharField(max_length=_LONGEST, allow_blank=True)] = "",
    side: Annotated[str, ChoiceField([each.value for each in FeatureSide])] = FeatureSide.ABOVE.value,
    version: Annotated[str, CharField(max_length=_LONGEST, allow_blank=True)] = "",
    query: Annotated[str, CharField(max_length=LONGEST_QUERY, allow_blank=True)] = "",
    most: Annotated[int, IntegerField(min_value=1, max_value=MOST_WINDOWS)] = USUAL_MOST,
    days: Annotated[int, IntegerField(min_value=0)] = DEFAULT_DAYS,
    open_days: Annotated[int, IntegerField(min_value=1, max_value=MOST_OPEN_DAYS)] = USUAL_OPEN_DAYS,
    for_tests: Annotated[bool, BooleanField()] = True,
    for_training: Annotated[bool, BooleanField()] = True,
    for_readers: Annotated[bool, BooleanField()] = False,
    for_other_projects: Annotated[bool, BooleanField()] = False,
    for_assistants: Annotated[bool, BooleanField()] = False,
    pages: Annotated[bool, BooleanField()] = False,
) -> SampleRequest:
    """Asks the owners of a deployment's devices, and people on its web pages, for windows: those that a version calls a
    `label`, answers that were `less_sure_than` a part of 1 (1 is any answer), or those with a `feature` beyond its
    usual range. Each owner answers for their device, each person for their page; they choose windows and purposes, and
    may take them back. What they send waits in the data until a member accepts it.

    People on web pages of the deployment's origins are asked for sounds too: always where the deployment is for
    websites or apps, and of one for devices where `pages` says so. `query` narrows the devices, `most` is what each
    device or page may send, `days` how long recordings are kept (0: until somebody deletes them), `open_days` how long
    people may answer. Telemetry of the deployment has to be on.
    """
    project = deployment.project
    deployment = lock_deployment(deployment)
    if not states_of([deployment.pk]).get(deployment.pk, False):
        raise Conflict("Telemetry of this deployment is off, so its devices keep nothing. Turn it on first.")
    if open_requests(deployment).count() >= MOST_OFFERS:
        raise QuotaReached(f"{deployment.title} has {MOST_OFFERS} open requests, which is the limit. End one first.")
    rune = _rune_of(deployment, version)
    kind = recorded_kind(rune.rune)
    has_devices = deployment.kind == DeploymentKind.DEVICES
    has_pages = pages or not has_devices
    if has_pages and kind.kind is not SampleKind.SOUND:
        raise Invalid("Web pages send sounds alone. The rune of this deployment reads something else.")
    is_any = less_sure_than is None or less_sure_than >= 1
    wanted_windows = WantedWindows(label, None if is_any else less_sure_than, feature, FeatureSide(side))
    reference = counts_from_json(rune.reference, rune.layout) if rune.reference else None
    condition, what = (
        condition_of(wanted_windows, rune.layout, reference),
        words_of(wanted_windows, rune.version, kind.kind.value),
    )
    if len(what) > LONGEST_WHAT:
        raise Invalid("The names of this rune are too long to ask for them in a sentence.")
    purposes = checked_purposes(
        purposes_of_boxes(
            for_tests=for_tests,
            for_training=for_training,
            for_readers=for_readers,
            for_other_projects=for_other_projects,
            for_assistants=for_assistants,
        )
    )
    terms = offer_terms(project, purposes, days)
    devices = (
        []
        if not has_devices
        else list(_devices(actor, deployment, query).values_list("pk", "name")[: MOST_DEVICES + 1])
    )
    if has_devices and not devices:
        raise Invalid("No device of this deployment matches.", errors={"query": ["No device matches."]})
    if len(devices) > MOST_DEVICES:
        raise Invalid(f"A request is for at most {MOST_DEVICES:,} devices. Narrow it with a query.")
    audiences = [CollectingAudience.DEVICES, *([CollectingAudience.PAGES] if has_pages else [])]
    link, *page_links = [
        CollectingLink.objects.create(
            project=project,
            audience=audience,
            title=f"{deployment.title}"[:80],
            kind=kind.kind.value,
            milliseconds=0,
            rate=kind.rate,
            wanted=most,
            days=days,
            purposes=sorted(purposes),
            # Nobody knows the secret: what devices send is known by their keys, and what pages send by their own.
            secret_hash=hash_secret(new_secret()),
            created_by=actor.person,
            expires=timezone.now() + timedelta(days=open_days),
        )
        for audience in audiences
    ]
    request = SampleRequest.objects.create(
        deployment=deployment,
        link=link,
        page_link=next(iter(page_links), None),
        watched=rune,
        condition_json=condition.to_json(),
        what=what,
        query=query,
        most=most,
        terms_json=terms.to_json(),
        is_restricted=is_restricted_now(project),
        created_by=actor.person,
    )
    DeviceSampleRequest.objects.bulk_create(
        (DeviceSampleRequest(request=request, device_id=pk, device_name=name) for pk, name in devices), batch_size=1000
    )
    tell_devices(request)
    values = {"deployment": deployment.title, "what": what}
    if has_devices:
        write_entry(actor, "samples.ask", project.stream, project.place, count=len(devices), **values)
    if has_pages:
        write_entry(actor, "samples.ask-pages", project.stream, project.place, **values)
    append_event(project.stream, _event(deployment, request, "asked"), actor)
    return request


@act(
    "DELETE",
    DEPLOYMENT,
    "telemetry/requests/<uuid:request_id>",
    "sample_requests_end",
    verb=Verb.EDIT,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def end_sample_request(actor: Actor, deployment: Deployment, request_id: UUID) -> None:
    """Ends a request: owners are asked no more, and nothing more is accepted. What came stays, with its consents."""
    request = find_request(deployment, request_id)
    if not request.is_open:
        return
    end_request(request)
    project = deployment.project
    write_entry(actor, "samples.end", project.stream, project.place, deployment=deployment.title, what=request.what)
    append_event(project.stream, _event(deployment, request, "ended"), actor)


def _rune_of(deployment: Deployment, version: str) -> WatchedRune:
    """Returns the rune of a version that the deployment served, or of the one that it serves. Raises `Invalid`."""
    releases = deployment.releases.order_by("-number")
    release = (releases.filter(version=version) if version else releases.filter(ended=None)).first()
    if release is None:
        detail = f"{deployment.title} never served a version {version[:60]}."
        raise Invalid(detail, errors={"version": [detail]})
    return watched_rune_of(release)


def _devices(actor: Actor, deployment: Deployment, query: str) -> DeviceQuerySet:
    """Returns the devices of a deployment that match a query and have an owner to ask. Raises `BadQuery`, and
    `Forbidden` for a query of somebody who may not see the devices."""
    organisation = deployment.project.organisation
    devices = Device.objects.filter(organisation=organisation, assignment__deployment=deployment.pk)
    devices = devices.filter(retired=None, locked_out=None, public_key__isnull=False).order_by("name")
    if not query.strip():
        return devices
    require_in(actor, Verb.SEE_ORGANISATION, organisation)
    return devices.filter(full_condition(parse_query(query), scope_of(organisation.pk))).distinct()


def _event(deployment: Deployment, request: SampleRequest, change: str) -> NewEvent:
    return SAMPLES_REQUESTED(
        request=str(request.pk),
        deployment=deployment.name,
        title=deployment.title,
        what=request.what,
        change=change,
    )
