"""The keys that sign an organisation's deployments, over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp, choices
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import PERSON, needing, raising
from forge.core.errors import Invalid
from forge.deployments.signed_releases import root_of
from forge.deployments.updates.access import keys_in_use, update_keys_facet
from forge.deployments.updates.actions.replacing import replace_update_keys
from forge.deployments.updates.models import UpdateRole


class UpdateKeyJson(TypedDict):
    """A key that signs what deployments serve."""

    role: Annotated[str, choices("UpdateRole", UpdateRole.values)]
    key_id: Annotated[str, "as the documents name it"]
    is_replaced: Annotated[bool, "whether the signer makes another one in its place"]
    created: Timestamp


class UpdateKeysJson(TypedDict):
    """The newest root of an organisation's deployments and the keys that it names."""

    version: Annotated[int, "of the root; 0 while the signer has signed nothing"]
    expires: Timestamp | None
    root: Annotated[str, "the signed document, which `rune.Deployment` takes as `root`; empty while there is none"]
    keys: list[UpdateKeyJson]


class ReplacementSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class UpdateKeys(OrganisationView):
    """The keys that sign an organisation's deployments."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(operation_id="update_keys_retrieve", responses=UpdateKeysJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str) -> Response:
        """The newest root with its keys. Replacing them takes the `ETag`."""
        owner = self.organisation(request, organisation)
        return _answer(owner)


class UpdateKeysReplacement(OrganisationView):
    """The end of the keys that sign an organisation's deployments."""

    needs = needing(put=PERSON)
    raises = raising(put=(Invalid, *REFUSALS))

    @extend_schema(
        operation_id="update_keys_replace",
        request=ReplacementSerializer,
        responses=UpdateKeysJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str) -> Response:
        """Has the signer replace all keys, and sign with the new ones what every deployment serves. Clients follow by
        themselves, since two keys of the former root sign the next one."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.RENAME_ORGANISATION)
        body = self.read_body(request, ReplacementSerializer)
        replace_update_keys(principal, owner, body["reason"], precondition=request_precondition(request))
        return _answer(owner)


def _answer(organisation: Organisation) -> Response:
    root = root_of(organisation.pk)
    body = UpdateKeysJson(
        version=root.version if root else 0,
        expires=root.expires.isoformat() if root else None,
        root=root.document if root else "",
        keys=[
            UpdateKeyJson(
                role=key.role, key_id=key.key_id, is_replaced=key.ended is not None, created=key.created.isoformat()
            )
            for key in keys_in_use(organisation.pk)
        ],
    )
    return with_etag(Response(body), (update_keys_facet(organisation.pk),))
