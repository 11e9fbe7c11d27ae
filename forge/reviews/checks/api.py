"""Checks of a build over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.builds.models import Build
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, Stale
from forge.reviews.checks.access import check_statuses
from forge.reviews.checks.actions import ReportedCheck, post_check
from forge.reviews.checks.models import MAX_LINK, MAX_TEXT, CheckState
from forge.reviews.checks.serializers import ChecksJson, check_to_json
from rune.digests import DIGEST_LENGTH


class PostCheckSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=DIGEST_LENGTH, help_text="of the build's rune, as `GET` gives it")
    state = serializers.ChoiceField(choices=CheckState.values)
    text = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, default="")
    link = serializers.CharField(max_length=MAX_LINK, allow_blank=True, default="", help_text="https only")


class BuildChecks(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="checks_list", responses=ChecksJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """The checks that publishing the build requires, and what their robots said of its bytes."""
        return Response(_as_json(find_build(principal_of(request), build_id)))


class BuildCheck(ForgeView):
    needs = needing(put=Scope.CHECK_WRITE)
    raises = raising(put=(Conflict, Stale))

    @extend_schema(operation_id="checks_post", request=PostCheckSerializer, responses=ChecksJson)
    def put(self, request: Request, build_id: UUID, check: str) -> Response:
        """Posts the result of a check, as the one robot that `forge.yml` names for it."""
        principal = principal_of(request)
        build = find_build(principal, build_id)
        body = self.read_body(request, PostCheckSerializer)
        post_check(principal, build, check, ReportedCheck(body["digest"], body["state"], body["text"], body["link"]))
        return Response(_as_json(build))


def _as_json(build: Build) -> ChecksJson:
    digest = "" if build.artefact is None else build.artefact.digest
    return {"digest": digest, "checks": [check_to_json(each) for each in check_statuses(build)]}
