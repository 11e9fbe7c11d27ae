"""The view of what an organisation decides for all of its projects: reading it, and replacing it with what was seen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import Principal, principal_of
from forge.accounts.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition
from forge.core.api.views import PERSON, needing, raising
from forge.core.preconditions import Precondition


class OrganisationTermsView(OrganisationView):
    """The terms of an organisation: its members read them with their `ETag`; a person who may rename the organisation
    replaces them."""

    needs = needing(get=Scope.ORGANISATION_READ, put=PERSON)
    raises = raising(put=REFUSALS)
    body: ClassVar[type[Serializer[Any]]]

    def get(self, request: Request, organisation: str) -> Response:
        return self.answer(self.organisation(request, organisation))

    def put(self, request: Request, organisation: str) -> Response:
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.RENAME_ORGANISATION)
        self.change(principal, owner, self.read_body(request, self.body), request_precondition(request))
        return self.answer(owner)

    @abstractmethod
    def answer(self, organisation: Organisation) -> Response:
        """The terms, with their state."""

    @abstractmethod
    def change(
        self, principal: Principal, organisation: Organisation, body: dict[str, Any], precondition: Precondition
    ) -> None:
        """Replaces the terms with those of a body that was checked. Raises `Forbidden`, `PersonNeeded` and `Stale`."""


def described_terms(
    name: str, answer: type, *, read: str, changed: str
) -> Callable[[type[OrganisationTermsView]], type[OrganisationTermsView]]:
    """Describes a view of terms in the schema of the API: the name of its operations, its answer, what each does."""

    def describe(view: type[OrganisationTermsView]) -> type[OrganisationTermsView]:
        return extend_schema_view(
            get=extend_schema(operation_id=f"{name}_retrieve", description=read, responses=answer, parameters=[ETAG]),
            put=extend_schema(
                operation_id=f"{name}_change",
                description=changed,
                request=view.body,
                responses=answer,
                parameters=[REQUIRED_IF_MATCH, ETAG],
            ),
        )(view)

    return describe
