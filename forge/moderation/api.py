"""Reporting over REST: telling the moderators of something shared, and what became of one's reports."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import User
from forge.accounts.principals import signed_in
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, NotFound, TooOften
from forge.moderation import actions
from forge.moderation.access import find_reported, key_of, name_of, own_reports, subject_of
from forge.moderation.models import LONGEST_TEXT, Report, ReportReason, ReportState
from forge.moderation.report_names import names_of

REPORTS_LISTED = 200
"""A person makes at most 20 a day."""


class ReportJson(TypedDict):
    """A report and its result. `answer` is the moderators' answer to the person who reported it."""

    id: Uuid
    about: Annotated[
        str,
        "`organisation/name` of a project, or `user:<id>`. A project that you no longer see has the name that you "
        "reported, or `project:<id>`",
    ]
    reason: Annotated[str, choices("ReportReason", ReportReason.values)]
    text: str
    state: Annotated[str, choices("ReportState", ReportState.values)]
    answer: str
    created: Timestamp
    decided: Timestamp | None


class ReportsJson(TypedDict):
    """The person's own newest reports."""

    reports: list[ReportJson]


class MakeReportSerializer(serializers.Serializer[Any]):
    about = serializers.CharField(max_length=200, help_text="`organisation/name` of a project, or `user:<id>`")
    reason = serializers.ChoiceField(choices=ReportReason.values)
    text = serializers.CharField(
        max_length=LONGEST_TEXT, allow_blank=True, default="", help_text="how you know; needed of `other`"
    )


class Reports(ForgeView):
    """Reports of public pages."""

    needs = needing(get=Scope.ACCOUNT_READ, post=Scope.ACCOUNT_WRITE)
    raises = raising(post=(Conflict, TooOften, NotFound))

    @extend_schema(operation_id="reports_list", responses=ReportsJson)
    def get(self, request: Request) -> Response:
        """Returns your reports, newest first, at most 200."""
        principal = signed_in(request)
        reports = own_reports(principal)[:REPORTS_LISTED]
        names = names_of(principal, reports)
        return Response({"reports": [report_to_json(each, names[each.pk]) for each in reports]})

    @extend_schema(operation_id="reports_make", request=MakeReportSerializer, responses={201: ReportJson})
    def post(self, request: Request) -> Response:
        """Tells the moderators what is wrong with a project's public page, or a person's. Its people are not told by
        whom."""
        principal = signed_in(request)
        body = self.read_body(request, MakeReportSerializer)
        subject = find_reported(principal, body["about"])
        report = actions.report(principal, subject, body["reason"], body["text"])
        return Response(report_to_json(report, name_of(subject)), status=status.HTTP_201_CREATED)


def report_to_json(report: Report, name: str) -> ReportJson:
    """A report as the person who made it sees it, with the name of its subject, or "" if they cannot know it."""
    subject = subject_of(report)
    return {
        "id": str(report.pk),
        "about": key_of(subject) if isinstance(subject, User) else name or key_of(subject),
        "reason": report.reason,
        "text": report.text,
        "state": report.state,
        "answer": report.answer,
        "created": report.created.isoformat(),
        "decided": report.decided.isoformat() if report.decided else None,
    }
