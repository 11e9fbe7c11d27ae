"""Deployments, releases and keys as JSON, and the answers of the acts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.conf import settings

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.deployments.access import find_deployment
from forge.deployments.bound_devices import assignments_of
from forge.deployments.build_remarks import BuildRemarks, standings_of_releases
from forge.deployments.etag_facets import deployment_facets
from forge.deployments.fleet.progress import progress_of
from forge.deployments.fleet.serializers import DeploymentDevicesJson, devices_to_json
from forge.deployments.hooks import counting_deployments
from forge.deployments.models import Deployment, DeploymentKey, DeploymentKind, Release
from forge.deployments.signed_releases import SignedRelease, signed_releases


class ReleaseJson(TypedDict):
    """A version that a deployment served, or serves."""

    number: int
    version: str
    digest: Annotated[str, "of the manifest, which `rune pull name@digest` takes"]
    size: Annotated[int, "of the rune, in bytes"]
    build_number: int
    chosen_by: Annotated[PersonJson | None, "null where a followed tag moved"]
    tag: Annotated[str, "the followed tag that moved; empty where a person chose the version"]
    promoted_from: Annotated[str, "the title of the deployment that it was promoted from; empty where it was not"]
    override: Annotated[str, "who published it past its gate and why; empty where nobody did"]
    changes_requested: Annotated[bool, "whether somebody wants it changed"]
    started: Timestamp
    ended: Annotated[Timestamp | None, "null for the version that is served now"]


class BlockJson(TypedDict):
    """The reason why a deployment does not move to what its tag names."""

    digest: Annotated[str, "of the manifest that the tag names"]
    because: list[str]


class DeploymentKeyJson(TypedDict):
    """A key of a deployment, without its secret."""

    id: Uuid
    name: str
    hint: Annotated[str, "its first and last characters"]
    created: Timestamp
    expires: Timestamp | None
    revoked: Timestamp | None
    last_used: Timestamp | None


class NewDeploymentKeyJson(DeploymentKeyJson):
    """A key with its secret, which is shown this once."""

    secret: str


class SignedReleaseJson(TypedDict):
    """The release that signed documents of The Update Framework name as current."""

    release: Annotated[int, "its number in the history"]
    root: Annotated[str, "the digest of the root document, which `rune.Deployment` takes as `root`"]


class DeploymentJson(TypedDict):
    """An address under which apps get a rune."""

    name: Annotated[str, "the last word of its address"]
    title: str
    kind: Annotated[str, choices("DeploymentKind", DeploymentKind.values)]
    url: Annotated[str, "what apps load"]
    short_id: Annotated[int, "the number that @hotg-ai/forge takes as deploymentId"]
    telemetry: Annotated[bool, "whether it counts what devices and apps report"]
    follows: Annotated[str, "the tag that it follows; empty where its version stays"]
    blocked: BlockJson | None
    promoted_from: Annotated[str, "the name of the deployment that it is promoted from; empty if there is none"]
    origins: Annotated[list[str], "of pages that may use it"]
    history: Annotated[list[ReleaseJson], "the newest ten, the first of which is served now"]
    keys: list[DeploymentKeyJson]
    devices: Annotated[DeploymentDevicesJson | None, "null unless it is for a group of devices"]
    signed_release: Annotated[SignedReleaseJson | None, "null while the signer has signed nothing"]
    created: Timestamp


def deployments_to_json(deployments: Sequence[Deployment]) -> list[DeploymentJson]:
    """Deployments of one project, found by `forge.deployments.access`."""
    signed, standings = signed_releases(deployments), standings_of_releases(deployments)
    devices, counting = _devices_of(deployments), counting_deployments([each.pk for each in deployments])
    return [
        _deployment_to_json(each, signed.get(each.pk), standings, devices.get(each.pk), is_counting=each.pk in counting)
        for each in deployments
    ]


def deployment_to_json(deployment: Deployment) -> DeploymentJson:
    """A deployment, found by `forge.deployments.access`."""
    return deployments_to_json([deployment])[0]


def _devices_of(deployments: Sequence[Deployment]) -> Mapping[UUID, DeploymentDevicesJson]:
    """The devices of the deployments that are for a group."""
    assignments = assignments_of(deployments)
    progress = progress_of(list(assignments.values()))
    return {pk: devices_to_json(each, progress[each.pk]) for pk, each in assignments.items()}


def _deployment_to_json(
    deployment: Deployment,
    signed_release: SignedRelease | None,
    standings: Mapping[UUID, BuildRemarks],
    devices: DeploymentDevicesJson | None,
    *,
    is_counting: bool,
) -> DeploymentJson:
    block = BlockJson(digest=deployment.blocked_digest, because=deployment.block_reasons)
    return {
        "name": deployment.name,
        "title": deployment.title,
        "kind": deployment.kind,
        "url": f"{settings.PUBLIC_URL}{deployment.served_path}",
        "short_id": deployment.short_id,
        "telemetry": is_counting,
        "follows": deployment.follows,
        "blocked": block if deployment.blocked_digest else None,
        "promoted_from": deployment.promoted_from.name if deployment.promoted_from else "",
        "origins": deployment.origins,
        "history": [release_to_json(each, standings[each.pk]) for each in deployment.releases.all()],
        "keys": [key_to_json(each) for each in deployment.keys.all()],
        "devices": devices,
        "signed_release": SignedReleaseJson(release=signed_release.number, root=signed_release.root)
        if signed_release
        else None,
        "created": deployment.created.isoformat(),
    }


def release_to_json(release: Release, standing: BuildRemarks) -> ReleaseJson:
    return {
        "number": release.number,
        "version": release.version,
        "digest": release.digest,
        "size": release.size,
        "build_number": release.build.number or 0,
        "chosen_by": person_to_json(release.chosen_by) if release.chosen_by else None,
        "tag": release.tag,
        "promoted_from": release.promoted_from,
        "override": standing.override.override_sentence if standing.override else "",
        "changes_requested": standing.is_rejected,
        "started": release.started.isoformat(),
        "ended": release.ended.isoformat() if release.ended else None,
    }


def key_to_json(key: DeploymentKey) -> DeploymentKeyJson:
    """A key of a deployment that the caller has found."""
    return {
        "id": str(key.pk),
        "name": key.name,
        "hint": key.hint,
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat() if key.expires else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
        "last_used": key.last_used.isoformat() if key.last_used else None,
    }


def _new_deployment_to_json(deployment: Deployment, actor: Actor) -> DeploymentJson:
    return deployment_to_json(_again(actor, deployment))


def _new_key_to_json(new: tuple[DeploymentKey, str]) -> NewDeploymentKeyJson:
    key, secret = new
    return {**key_to_json(key), "secret": secret}


def _again(actor: Actor, deployment: Deployment) -> Deployment:
    return find_deployment(actor, deployment.project, deployment.name)


NEW_DEPLOYMENT = ActAnswer(for_actor=_new_deployment_to_json, status=201)
CHANGED_DEPLOYMENT: ActAnswer[Any] = ActAnswer(deployment_to_json, deployment_facets, again=_again)
NEW_KEY = ActAnswer(_new_key_to_json, status=201)
