"""The player's own requests, below /player/, and the studio's for a QR code. Neither an organisation nor a token's."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import segno
from django.conf import settings
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import User
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import PrincipalKind, principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.accounts.sign_in.authentication import SessionWithCsrf
from forge.builds.api import rune_response
from forge.builds.example_inputs import described_example
from forge.core.api.views import PERSON, ForgeView, needing
from forge.core.errors import AddressChanged
from forge.core.http.blob_responses import blob_response
from forge.player.actions import (
    LINK_LIFE,
    PASS_LIFE,
    end_pass,
    end_phones,
    make_phone_link,
    note_run,
    redeem_phone_link,
)
from forge.player.messages import PUBLIC_KEY
from forge.player.models import PhonePass
from forge.player.passes import cookie_name, find_pass, phones_of, player_path
from forge.player.runs import examples_of_run, find_run, runs_of
from forge.projects.access import find_project
from forge.projects.models import Project
from forge.projects.place import ProjectView


class ByPass(BaseAuthentication):
    """A phone's pass, at the addresses of its own project alone; elsewhere it is as if it were not there."""

    def authenticate(self, request: Request) -> tuple[User, PhonePass] | None:
        route = request.parser_context["kwargs"]
        phone = find_pass(request.COOKIES, route["organisation"], route["name"])
        return None if phone is None else (phone.user, phone)


class PlayerView(ForgeView):
    """A request of the player. No matter who asks, what changes something carries the CSRF token of our own page."""

    authentication_classes = [ByPass, SessionWithCsrf]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            SessionWithCsrf().enforce_csrf(request)

    def project(self, request: Request, organisation: str, name: str) -> Project:
        """The project of the address. Raises `AddressChanged` to the same request at its present address."""
        try:
            return find_project(principal_of(request), organisation, name, Verb.SEE)
        except AddressChanged as error:
            old, path = f"/player/{organisation}/{name}", request.get_full_path()
            raise AddressChanged(path.replace(old, f"/player{error.location}", 1)) from error


_BY = {PrincipalKind.PHONE_PASS: "pass", PrincipalKind.PERSON: "session"}


class PlayerState(PlayerView):
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the runnable builds, and the caller."""
        project = self.project(request, organisation, name)
        principal = principal_of(request)
        get_token(request._request)
        return Response(
            {
                "project": {
                    "organisation": project.organisation.name,
                    "name": project.name,
                    "url": player_path(project),
                },
                "person": person_to_json(principal.person) if principal.person else None,
                "by": _BY.get(principal.kind),
                "may_pair": can(principal, Verb.READ, project),
            }
            | runs_of(principal, project)
        )


class PlayerRune(PlayerView):
    def get(self, request: Request, organisation: str, name: str, digest: str) -> HttpResponseBase:
        """A rune's bytes."""
        principal, project = principal_of(request), self.project(request, organisation, name)
        artefact = find_run(principal, project, digest)
        if request.method == "GET" and principal.is_authenticated:
            note_run(principal, project, digest)
        return rune_response(request, artefact, f"{artefact.name}.rune")


class PlayerExamples(PlayerView):
    def get(self, request: Request, organisation: str, name: str, digest: str) -> Response:
        """The paths of a rune's example inputs."""
        project = self.project(request, organisation, name)
        return Response(
            {"examples": [{"path": path} for path in examples_of_run(principal_of(request), project, digest)]}
        )


class PlayerExample(PlayerView):
    def get(self, request: Request, organisation: str, name: str, digest: str, path: str) -> HttpResponseBase:
        """An example input of a rune."""
        project = self.project(request, organisation, name)
        example = described_example(examples_of_run(principal_of(request), project, digest), path)
        return blob_response(request, example["digest"], example["size"], filename=path.rpartition("/")[2])


class EnterSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)


class PlayerEnter(PlayerView):
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Changes the QR code's token for the phone's pass."""
        body = self.read_body(request, EnterSerializer)
        phone, secret = redeem_phone_link(body["token"], organisation, name)
        response = Response({"person": person_to_json(phone.user)})
        response.set_cookie(
            cookie_name(phone.project_id),
            secret,
            max_age=PASS_LIFE,
            path="/player/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
        return response


class PlayerLeave(PlayerView):
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """The phone gives its pass back."""
        response = Response(status=204)
        if isinstance(request.auth, PhonePass):
            end_pass(request.auth)
            response.delete_cookie(cookie_name(request.auth.project_id), path="/player/", samesite="Strict")
        return response


class PhoneInviteSerializer(serializers.Serializer[Any]):
    studio_key = serializers.RegexField(
        rf"\A{PUBLIC_KEY.pattern}\Z",
        required=False,
        default="",
        help_text="the public key (P-256, base64url) of a studio that wants the phone's sensors; the link has it",
    )


class PhoneLinkJson(TypedDict):
    """A link that admits one phone."""

    url: str
    seconds: Annotated[int, "how long the link works"]
    code: Annotated[list[str], "rows of the QR code, 1 is dark"]


class PhonesJson(TypedDict):
    """The number of phones that hold a pass of the person."""

    phones: int


class ProjectPhones(ProjectView):
    """A person's own phones on a project: letting one in, counting them, ending them."""

    needs = needing(get=Scope.PROJECT_READ, post=PERSON, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="phones_retrieve", responses=PhonesJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns how many phones hold a pass of the person for the project."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response({"phones": phones_of(principal_of(request), project)})

    @extend_schema(operation_id="phones_invite", request=PhoneInviteSerializer, responses={201: PhoneLinkJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """A link with its QR code, which lets one phone of one's own run the project, once, within 5 minutes."""
        project = self.project(request, organisation, name, Verb.READ)
        body = self.read_body(request, PhoneInviteSerializer)
        url = make_phone_link(signed_in(request), project, body["studio_key"])
        # The code is read off a screen: the least correction makes the largest squares.
        rows = segno.make(url, error="l", micro=False).matrix
        code = ["".join("1" if cell else "0" for cell in row) for row in rows]
        answer: PhoneLinkJson = {"url": url, "seconds": int(LINK_LIFE.total_seconds()), "code": code}
        return Response(answer, status=201)

    @extend_schema(operation_id="phones_end", responses=PhonesJson)
    def delete(self, request: Request, organisation: str, name: str) -> Response:
        """Ends the passes of all of one's own phones for the project; answers how many there were."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response({"phones": end_phones(signed_in(request), project)})
