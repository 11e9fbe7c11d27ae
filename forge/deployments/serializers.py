"""Deployments, releases and keys as JSON, and what requests say of them."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from django.conf import settings
from rest_framework import serializers

from forge.accounts.organisations.names import MAXIMUM_LENGTH
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.deployments.actions import TagChoice
from forge.deployments.keys.actions import USUAL_OVERLAP_DAYS
from forge.deployments.models import Deployment, DeploymentKey, DeploymentKind, Release


class ReleaseJson(TypedDict):
    """A version that a deployment served, or serves."""

    number: int
    version: str
    digest: Annotated[str, "of the manifest, which `rune pull name@digest` takes"]
    size: Annotated[int, "of the rune, in bytes"]
    build_number: int
    chosen_by: Annotated[PersonJson | None, "null where a followed tag moved"]
    tag: Annotated[str, "the followed tag that moved; empty where a person chose the version"]
    started: Timestamp
    ended: Annotated[Timestamp | None, "null for the version that is served now"]


class BlockJson(TypedDict):
    """Why a deployment does not move to what its tag names."""

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


class DeploymentJson(TypedDict):
    """An address under which apps get a rune."""

    name: Annotated[str, "the last word of its address"]
    title: str
    kind: Annotated[str, choices("DeploymentKind", DeploymentKind.values)]
    url: Annotated[str, "what apps load"]
    short_id: Annotated[int, "the number that @hotg-ai/forge takes as deploymentId"]
    telemetry: Annotated[bool, "whether reports of @hotg-ai/forge are counted"]
    follows: Annotated[str, "the tag that it follows; empty where its version stays"]
    blocked: BlockJson | None
    origins: Annotated[list[str], "of pages that may use it"]
    history: Annotated[list[ReleaseJson], "the newest ten, the first of which is served now"]
    keys: list[DeploymentKeyJson]
    created: Timestamp


class DeploymentsJson(TypedDict):
    """The deployments of a project."""

    deployments: list[DeploymentJson]


class ChoiceSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=128)
    follow = serializers.BooleanField(default=False)
    digest = serializers.CharField(max_length=71, default="", allow_blank=True)

    @staticmethod
    def choice(body: dict[str, Any]) -> TagChoice:
        """The tag that a body names."""
        return TagChoice(body["tag"], body["follow"], body["digest"])


class NewDeploymentSerializer(ChoiceSerializer):
    title = serializers.CharField(max_length=MAXIMUM_LENGTH)
    kind = serializers.ChoiceField(DeploymentKind.choices)
    origins = serializers.ListField(child=serializers.CharField(max_length=300), default=list, max_length=50)


class DeploymentChangeSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=MAXIMUM_LENGTH, required=False)
    origins = serializers.ListField(child=serializers.CharField(max_length=300), required=False, max_length=50)
    telemetry = serializers.BooleanField(required=False)


class ReturnSerializer(serializers.Serializer[Any]):
    release = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class NewKeySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    days = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=3650)


class RotationSerializer(serializers.Serializer[Any]):
    overlap_days = serializers.IntegerField(default=USUAL_OVERLAP_DAYS, min_value=0, max_value=90)


def deployment_to_json(deployment: Deployment) -> DeploymentJson:
    """A deployment, found by `forge.deployments.access`."""
    block = BlockJson(digest=deployment.blocked_digest, because=deployment.block_reasons)
    return {
        "name": deployment.name,
        "title": deployment.title,
        "kind": deployment.kind,
        "url": f"{settings.PUBLIC_URL}{deployment.served_path}",
        "short_id": deployment.short_id,
        "telemetry": deployment.telemetry,
        "follows": deployment.follows,
        "blocked": block if deployment.blocked_digest else None,
        "origins": deployment.origins,
        "history": [release_to_json(each) for each in deployment.releases.all()],
        "keys": [key_to_json(each) for each in deployment.keys.all()],
        "created": deployment.created.isoformat(),
    }


def release_to_json(release: Release) -> ReleaseJson:
    """A release of a deployment that the caller has found."""
    return {
        "number": release.number,
        "version": release.version,
        "digest": release.digest,
        "size": release.size,
        "build_number": release.build.number or 0,
        "chosen_by": person_to_json(release.chosen_by) if release.chosen_by else None,
        "tag": release.tag,
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
