"""The audit log over HTTP: an organisation's for its owners, and one's own account's."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts import actions
from forge.accounts.api import OrganisationView
from forge.accounts.audit.export import ExportFormat, checked_format, export_response
from forge.accounts.audit.log import organisation_entries, own_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.audit.serializers import AuditEntryJson, entry_filter_of, entry_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import ForgeView, needing
from forge.core.audit.messages import AuditTopic
from forge.core.models import AuditEntry

FILTERS = [
    OpenApiParameter("who", str, description="the id of the person who acted, or whose account it was"),
    OpenApiParameter("what", str, description=f"an action, or a topic: {', '.join(AuditTopic)}"),
    OpenApiParameter("since", str, description="a date or a time; the entries from then on"),
    OpenApiParameter("until", str, description="a date, which is meant whole, or a time; the entries before"),
    OpenApiParameter("project", str, description="the id of a project"),
]


class AuditPages(CursorPages):
    """Entries, the newest first."""

    ordering = "-at"


def _page(view: ForgeView, request: Request, entries_wanted: QuerySet[AuditEntry]) -> Response:
    pages = AuditPages()
    entries = pages.paginate_queryset(entries_wanted, request, view=view) or []
    return pages.get_paginated_response([entry_to_json(entry) for entry in render_entries(entries)])


class OrganisationAudit(OrganisationView):
    """The audit log of an organisation."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(operation_id="audit_list", parameters=FILTERS, responses=PageJson[AuditEntryJson])
    def get(self, request: Request, organisation: str) -> Response:
        """Lists the events in the organisation and the sign-ins of its members, newest first."""
        place = self.organisation(request, organisation, Verb.READ_AUDIT)
        filters = entry_filter_of(request.query_params)
        return _page(self, request, organisation_entries(principal_of(request), place, filters))


class OrganisationAuditExport(OrganisationView):
    """The same as a file."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(
        operation_id="audit_export",
        parameters=[OpenApiParameter("as", str, enum=list(ExportFormat), required=True), *FILTERS],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): list[AuditEntryJson]},
    )
    def get(self, request: Request, organisation: str) -> HttpResponseBase:
        """All matching entries as one file, streamed. The export is itself an entry."""
        principal = signed_in(request)
        place = self.organisation(request, organisation, Verb.READ_AUDIT)
        entries = organisation_entries(principal, place, entry_filter_of(request.query_params))
        kind = checked_format(request.query_params.get("as", ""))
        actions.note_export(principal, place, kind)
        return export_response(request, entries, kind, f"{place.name}-audit")


class OwnAudit(ForgeView):
    """The audit log of one's own account."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(operation_id="audit_own", parameters=FILTERS, responses=PageJson[AuditEntryJson])
    def get(self, request: Request) -> Response:
        """Sign-ins, tokens, passwords and other things of one's own account, newest first."""
        return _page(self, request, own_entries(signed_in(request), entry_filter_of(request.query_params)))
