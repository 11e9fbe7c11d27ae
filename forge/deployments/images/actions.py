"""Storing the image of a release, which stock clients install in place of the rune alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import links_of
from forge.core.blobs.store import put_chunks
from forge.core.errors import Invalid, NotFound
from forge.core.events.log import append_event
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.bound_devices import NotBound
from forge.deployments.images.models import ReleaseImage
from forge.deployments.models import Deployment
from forge.deployments.releases.changes import lock_deployment
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.stock.models import LONGEST_IMAGE_NAME
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def store_image(actor: Actor, deployment: Deployment, release: int, name: str, chunks: Iterable[bytes]) -> ReleaseImage:
    """Stores the image of a release of a deployment that is for a group of devices, in place of the one before. Devices
    with a stock client are offered the release from then on. Raises `NotBound`, `NotFound`, `Invalid`, `TooLarge`,
    `StorageQuotaReached`, and `Forbidden`."""
    require(actor, Verb.DEPLOY, deployment.project)
    if len(name) > LONGEST_IMAGE_NAME or _NAME.fullmatch(name) is None:
        message = "The name of an image has letters, digits and . _ + -, such as door-knock.swu."
        raise Invalid(message, errors={"name": [message]})
    if assignment_of(deployment.pk) is None:
        raise NotBound(f"{deployment.title} is for no group of devices. Images are for devices with stock clients.")
    require_room(deployment.project.organisation_id)
    hashes = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    blob = put_chunks(_hashed(chunks, hashes), settings.UPLOAD_LIMIT)
    with delete_on_failure([blob.digest]), transaction.atomic():
        if not blob.size:
            message = "The image is empty."
            raise Invalid(message, errors={"body": [message]})
        deployment = lock_deployment(deployment)
        row = deployment.releases.filter(number=release).first()
        if row is None:
            raise NotFound(f"{deployment.title} has no release {release}.")
        values = {
            "name": name,
            "digest": blob.digest,
            "size": blob.size,
            "sha1": hashes[0].hexdigest(),
            "md5": hashes[1].hexdigest(),
            "created_by": actor.person,
            "created": timezone.now(),
        }
        image, _ = ReleaseImage.objects.update_or_create(release=row, defaults=values)
        links_of(image).exclude(blob_id=blob.digest).delete()
        link_uploaded(image, [blob.digest], deployment.project)
        _record(actor, deployment, image)
    return image


def _hashed(chunks: Iterable[bytes], hashes: Iterable[Any]) -> Iterator[bytes]:
    """Yields the chunks, which each of the hashes has seen."""
    for chunk in chunks:
        for each in hashes:
            each.update(chunk)
        yield chunk


def _record(actor: Actor, deployment: Deployment, image: ReleaseImage) -> None:
    project, version = deployment.project, image.release.version
    what = {"deployment": deployment.title, "version": version, "image": image.name, "digest": image.digest}
    write_entry(actor, "deployment.image", project.stream, project.place, **what)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
