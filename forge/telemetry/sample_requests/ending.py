"""The end of requests for samples: nothing more is accepted, and what came stays with its consents."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from forge.datasets.models import CollectingLink, Collector
from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.telemetry.sample_requests.models import DeviceSampleRequest, SampleRequest


def end_request(request: SampleRequest) -> None:
    """Ends a request, and has its devices learn that with their next poll. Call it in the transaction of an act."""
    now = timezone.now()
    links = [each for each in (request.link_id, request.page_link_id) if each is not None]
    CollectingLink.objects.filter(pk__in=links, expires__gt=now).update(expires=now)
    Collector.objects.filter(link__in=links, expires__gt=now).update(expires=now)
    request.link.expires = min(request.link.expires, now)
    tell_devices(request)


def end_requests_of(deployment: Deployment) -> None:
    """Ends all open requests of a deployment whose telemetry is turned off."""
    rows = SampleRequest.objects.select_related("link").filter(deployment=deployment, link__expires__gt=timezone.now())
    for request in rows:
        end_request(request)


def tell_devices(request: SampleRequest) -> None:
    """Makes the next poll of each asked device get an answer."""
    devices = DeviceSampleRequest.objects.filter(request=request, device__isnull=False).values("device")
    Device.objects.filter(pk__in=devices).update(revision=F("revision") + 1)


def forget_former_owner(device: Device) -> None:
    """Leaves a device that goes to another organisation without what its former owner was asked: the next one can
    neither read nor take back what was sent. The consents stay in force."""
    DeviceSampleRequest.objects.filter(device=device).update(device=None)
