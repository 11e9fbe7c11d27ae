"""The keys that sign, over REST: for verifiers of a project, and for owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp, choices
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import PERSON, needing, raising
from forge.core.errors import Conflict, Invalid
from forge.projects.place import ProjectView
from forge.registry.provenance.signing.access import key_facets, keys_of
from forge.registry.provenance.signing.actions.keys import add_signing_key, create_signing_key, revoke_signing_key
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from rune.tools.signing.keys import Algorithm

ALGORITHMS = [each.value for each in Algorithm]


class SigningKeyJson(TypedDict):
    """A key of an organisation. Its fingerprint and public half are empty until the signer has made it."""

    id: str
    origin: Annotated[str, choices("KeyOrigin", KeyOrigin.values)]
    algorithm: Annotated[str, choices("SigningAlgorithm", ALGORITHMS)]
    fingerprint: Annotated[str, "the SHA-256 of its SubjectPublicKeyInfo"]
    public_key: Annotated[str, "as a PEM file"]
    signs: Annotated[bool, "whether it makes new signatures"]
    created: Timestamp
    retired: Timestamp | None
    revoked: Timestamp | None
    revocation: Annotated[str, "why it was revoked; empty while it was not"]


class SigningKeyListJson(TypedDict):
    """The keys of an organisation, the newest first."""

    keys: list[SigningKeyJson]


class NewSigningKeySerializer(serializers.Serializer[Any]):
    algorithm = serializers.ChoiceField(choices=ALGORITHMS, default=Algorithm.P256.value)
    public_key = serializers.CharField(max_length=20_000, allow_blank=True, default="")


class KeyRevocationSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class ProjectSigningKeys(ProjectView):
    """The keys that sign what a project publishes."""

    needs = needing(get=Scope.REGISTRY_PULL)

    @extend_schema(operation_id="project_signing_keys", responses=SigningKeyListJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The keys of the project's organisation, for anybody who may pull what it published. `rune pull --verify`
        reads here which were revoked, and trusts none of them for being in this list."""
        project = self.project(request, organisation, name, Verb.SEE)
        return Response(_list_to_json(keys_of(project.organisation_id)))


class SigningKeys(OrganisationView):
    """The keys of an organisation, for its members."""

    needs = needing(get=Scope.ORGANISATION_READ, post=PERSON)
    raises = raising(post=(Conflict, Invalid, *REFUSALS))

    @extend_schema(operation_id="signing_keys_list", responses=SigningKeyListJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str) -> Response:
        """All keys, also former ones. Changing them takes the `ETag`."""
        owner = self.organisation(request, organisation)
        keys = keys_of(owner.pk)
        return with_etag(Response(_list_to_json(keys)), key_facets(keys))

    @extend_schema(
        operation_id="signing_keys_add",
        request=NewSigningKeySerializer,
        responses={201: SigningKeyJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, organisation: str) -> Response:
        """Adds the key with this public half, whose other half stays at home; without one, asks the signer of this
        server for a key of the algorithm. From then on it signs in place of the one before."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.RENAME_ORGANISATION)
        body, precondition = self.read_body(request, NewSigningKeySerializer), request_precondition(request)
        if body["public_key"]:
            key = add_signing_key(principal, owner, body["public_key"], precondition=precondition)
        else:
            key = create_signing_key(principal, owner, Algorithm(body["algorithm"]), precondition=precondition)
        return Response(_key_to_json(key), status=status.HTTP_201_CREATED)


class KeyRevocation(OrganisationView):
    """The end of a key."""

    needs = needing(put=PERSON)
    raises = raising(put=(Invalid, *REFUSALS))

    @extend_schema(
        operation_id="signing_keys_revoke",
        request=KeyRevocationSerializer,
        responses=SigningKeyJson,
        parameters=[REQUIRED_IF_MATCH],
    )
    def put(self, request: Request, organisation: str, key: UUID) -> Response:
        """Revokes a key, for good: none of its signatures counts any more."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.RENAME_ORGANISATION)
        body, precondition = self.read_body(request, KeyRevocationSerializer), request_precondition(request)
        return Response(
            _key_to_json(revoke_signing_key(principal, owner, key, body["reason"], precondition=precondition))
        )


def _list_to_json(keys: Sequence[SigningKey]) -> SigningKeyListJson:
    return {"keys": [_key_to_json(key) for key in keys]}


def _key_to_json(key: SigningKey) -> SigningKeyJson:
    return {
        "id": str(key.pk),
        "origin": key.origin,
        "algorithm": key.algorithm,
        "fingerprint": key.fingerprint,
        "public_key": key.public_key,
        "signs": key.is_signing,
        "created": key.created.isoformat(),
        "retired": key.retired.isoformat() if key.retired else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
        "revocation": key.revocation,
    }
