"""A person's notices over REST: thin views over the actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import ForgeView, needing
from forge.notices import actions
from forge.notices.access import find_notice, level_of, mail_choice_of, notices_of, unread_count
from forge.notices.inbox.filters import NoticeFilter
from forge.notices.serializers import InboxJson, NoticeJson, WatchedJson, notice_to_json
from forge.projects.place import ProjectView


class NoticeChangeSerializer(serializers.Serializer[Any]):
    read = serializers.BooleanField(required=False)
    done = serializers.BooleanField(required=False)
    muted = serializers.BooleanField(required=False)


class InboxChangeSerializer(serializers.Serializer[Any]):
    mail = serializers.CharField(max_length=20)


class ChooseWatchSerializer(serializers.Serializer[Any]):
    level = serializers.CharField(max_length=10)


class Inbox(ForgeView):
    """The number of unread notices, and which of them come by email."""

    needs = needing(get=Scope.ACCOUNT_READ, patch=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="inbox_retrieve", responses=InboxJson)
    def get(self, request: Request) -> Response:
        return Response(_inbox(signed_in(request)))

    @extend_schema(operation_id="inbox_change", request=InboxChangeSerializer, responses=InboxJson)
    def patch(self, request: Request) -> Response:
        principal = signed_in(request)
        actions.choose_mail(principal, self.read_body(request, InboxChangeSerializer)["mail"])
        return Response(_inbox(principal))


class Notices(ForgeView):
    """The person's notices, those that changed last first."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(
        operation_id="notices_list",
        parameters=NoticeFilter.parameters(),
        responses=PageJson[NoticeJson],
    )
    def get(self, request: Request) -> Response:
        notices = NoticeFilter.narrow(request.query_params, notices_of(signed_in(request)))
        return page_answer(request, notices, notice_to_json, ordering="-changed")


class NoticesRead(ForgeView):
    """Having looked at all of them."""

    needs = needing(post=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="notices_read_all", request=None, responses=InboxJson)
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        actions.read_all(principal)
        return Response(_inbox(principal))


class OneNotice(ForgeView):
    """A notice."""

    needs = needing(patch=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="notices_change", request=NoticeChangeSerializer, responses=NoticeJson)
    def patch(self, request: Request, notice_id: UUID) -> Response:
        """Says that one has looked at it, is done with it, or wants to hear nothing more of its thing."""
        principal = signed_in(request)
        notice = find_notice(principal, notice_id)
        body = self.read_body(request, NoticeChangeSerializer)
        if "muted" in body:
            actions.mute(principal, notice, muted=body["muted"])
        if "read" in body or "done" in body:
            actions.change_notice(principal, notice, read=body.get("read"), done=body.get("done"))
        return Response(notice_to_json(find_notice(principal, notice_id)))


class ProjectNoticeLevel(ProjectView):
    """The level of notices of a project."""

    needs = needing(get=Scope.PROJECT_READ, put=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="watch_retrieve", responses=WatchedJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        return Response(WatchedJson(level=level_of(principal_of(request), project).value))

    @extend_schema(operation_id="watch_choose", request=ChooseWatchSerializer, responses=WatchedJson)
    def put(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        level = actions.watch_project(
            principal_of(request), project, self.read_body(request, ChooseWatchSerializer)["level"]
        )
        return Response(WatchedJson(level=level.value))


def _inbox(principal: Actor) -> InboxJson:
    return {"unread": unread_count(principal), "mail": mail_choice_of(principal).value}
