"""The audit log over HTTP: an organisation's for its owners, and one's own account's."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.audit.actions import export
from forge.accounts.audit.export import ExportFormat, checked_format, export_response
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.audit.log import organisation_entries, own_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.audit.serializers import AuditEntryJson, entry_to_json
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import ForgeView, needing
from forge.core.models import AuditEntry


class AuditPages(CursorPages):
    """Entries, the newest first."""

    ordering = "-at"


def _page(view: ForgeView, request: Request, readable: QuerySet[AuditEntry]) -> Response:
    pages = AuditPages()
    entries = pages.paginate_queryset(EntryFilter.narrow(request.query_params, readable), request, view=view) or []
    return pages.get_paginated_response([entry_to_json(entry) for entry in render_entries(entries)])


class OrganisationAudit(OrganisationView):
    """The audit log of an organisation."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(operation_id="audit_list", parameters=EntryFilter.parameters(), responses=PageJson[AuditEntryJson])
    def get(self, request: Request, organisation: str) -> Response:
        """Lists the events in the organisation and the sign-ins of its members, newest first."""
        place = self.organisation(request, organisation, Verb.READ_AUDIT)
        return _page(self, request, organisation_entries(principal_of(request), place))


class OrganisationAuditExport(OrganisationView):
    """The same as a file."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(
        operation_id="audit_export",
        parameters=[OpenApiParameter("as", str, enum=list(ExportFormat), required=True), *EntryFilter.parameters()],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): list[AuditEntryJson]},
    )
    def get(self, request: Request, organisation: str) -> HttpResponseBase:
        """All matching entries as one file, streamed. The export is itself an entry."""
        principal = signed_in(request)
        place = self.organisation(request, organisation, Verb.READ_AUDIT)
        entries = EntryFilter.narrow(request.query_params, organisation_entries(principal, place))
        kind = checked_format(request.query_params.get("as", ""))
        export.note_export(principal, place, kind)
        return export_response(request, entries, kind, f"{place.name}-audit")


class OwnAudit(ForgeView):
    """The audit log of one's own account."""

    needs = needing(get=Scope.AUDIT_READ)

    @extend_schema(operation_id="audit_own", parameters=EntryFilter.parameters(), responses=PageJson[AuditEntryJson])
    def get(self, request: Request) -> Response:
        """Sign-ins, tokens, passwords and other things of one's own account, newest first."""
        return _page(self, request, own_entries(signed_in(request)))
