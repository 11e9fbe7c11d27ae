"""Previews over REST: the newest text's rune, and what is to be seen in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build, preview_of
from forge.builds.previews.actions import (
    ask_for_embedding,
    refresh_preview,
    run_tests,
    try_fix,
    watch_stages,
    watch_wires,
)
from forge.builds.previews.watches import find_watch
from forge.builds.serializers.previews import PreviewJson, WatchJson, preview_to_json, watch_to_json
from forge.core.api.views import ForgeView, needing
from forge.core.errors import Invalid
from forge.projects.place import ProjectView


class ProjectPreview(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.BUILD_RUN)

    @extend_schema(operation_id="preview_retrieve", responses=PreviewJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the state of the newest text, and the last rune that could be built."""
        return Response(preview_to_json(preview_of(self.project(request, organisation, name, Verb.READ))))

    @extend_schema(operation_id="preview_refresh", request=None, responses={202: PreviewJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Queues a build of the preview where it is older than the text. Each edit queues one too."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(preview_to_json(refresh_preview(principal_of(request), project)), status=202)


class WatchedWireSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField()
    index = serializers.IntegerField()


class TriedFixSerializer(serializers.Serializer[Any]):
    """A fix of the newest text: of which diagnostic of that code, and which of its fixes, both from 0."""

    code = serializers.CharField()
    place = serializers.IntegerField()
    choice = serializers.IntegerField()


class WatchRequestSerializer(serializers.Serializer[Any]):
    """Says which wires to watch, and whether the rune is to say when each stage ends; or else which fix to try, or the
    test file of a block whose tests are to be run compiled, or whether the rune is to be taught."""

    wires = WatchedWireSerializer(many=True, required=False)
    timed = serializers.BooleanField(required=False)
    fix = TriedFixSerializer(required=False)
    tests = serializers.CharField(required=False)
    teach = serializers.BooleanField(required=False)


class ProjectWatch(ProjectView):
    needs = needing(post=Scope.BUILD_RUN)

    @extend_schema(operation_id="preview_watch", request=WatchRequestSerializer, responses={202: WatchJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Asks for the newest text's rune with what flows in 1 to 8 wires sent to its host as well.

        With `timed`, which may name no wires, the rune says when each stage ends. With `fix`, and without
        wires, it is the rune of the newest text with that fix in it; nothing is written into the text.
        With `tests`, the path of a block's test file, and nothing else, those tests are compiled and run
        as in a build. With `teach`, and nothing else, the rune sends what the last layer of its model reads.
        """
        project = self.project(request, organisation, name, Verb.READ)
        body = self.raw_body(request, WatchRequestSerializer)
        principal = principal_of(request)
        if "tests" in body:
            if body.keys() - {"tests", "wires"} or body.get("wires"):
                raise Invalid("A request with `tests` cannot have anything else.")
            return Response(watch_to_json(run_tests(principal, project, body["tests"])), status=202)
        if body.get("teach") is True:
            if body.keys() - {"teach", "wires"} or body.get("wires"):
                raise Invalid("A request with `teach` cannot have anything else.")
            return Response(watch_to_json(ask_for_embedding(principal, project)), status=202)
        if "fix" in body:
            if body.get("wires") or body.get("timed"):
                raise Invalid("A request with `fix` cannot have `wires` or `timed` too.")
            return Response(watch_to_json(try_fix(principal, project, body["fix"])), status=202)
        watch = watch_wires(principal, project, body.get("wires"), timed=body.get("timed") is True)
        return Response(watch_to_json(watch), status=202)


class OneWatch(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="preview_watch_retrieve", responses=WatchJson)
    def get(self, request: Request, organisation: str, name: str, watch_id: UUID) -> Response:
        """Returns the result: `state` is building, ready, broken or failed, `build` the last good one."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(watch_to_json(find_watch(principal_of(request), project, watch_id)))


class BuildStages(ForgeView):
    needs = needing(post=Scope.BUILD_RUN)

    @extend_schema(operation_id="builds_watch_stages", request=None, responses={202: WatchJson})
    def post(self, request: Request, build_id: UUID) -> Response:
        """Asks for a rune of the build's files with what its stages give sent to its host as well.

        Read the watch that it answers with like one of the newest text. For the build of a preview it is of the newest
        text: compare the `version`.
        """
        principal = principal_of(request)
        return Response(watch_to_json(watch_stages(principal, find_build(principal, build_id))), status=202)
