"""Device sign-in for programs without a browser: RFC 8628 over JSON. The requests are anonymous."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from allauth.core import ratelimit
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.tokens.actions import device
from forge.core.api.json_types import Timestamp, utc_timestamp
from forge.core.api.views import ForgeView, needing

PAGE = "/accounts/device"


class NewDeviceSignInSerializer(serializers.Serializer[Any]):
    """The body of a request to sign a program in."""

    machine = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DeviceSignInJson(TypedDict):
    """The code for the person, and the code with which the program fetches the token."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: Annotated[int, "seconds"]
    interval: Annotated[int, "seconds between two questions"]


class DeviceCodeSerializer(serializers.Serializer[Any]):
    """The secret of the program that asked."""

    device_code = serializers.CharField(max_length=200)


class DeviceTokenJson(TypedDict):
    """A token, which is shown this once."""

    access_token: str
    token_type: str
    scope: str
    name: str
    person: str
    expires: Timestamp | None


class DeviceSignIns(ForgeView):
    """Asking for a short code."""

    needs = needing(post=None)

    authentication_classes = ()

    @extend_schema(request=NewDeviceSignInSerializer, responses={201: DeviceSignInJson})
    def post(self, request: Request) -> Response:
        if not ratelimit.consume(request._request, action="start_device"):
            raise Throttled(60)
        sign_in = device.start(self.read_body(request, NewDeviceSignInSerializer)["machine"])
        address = settings.PUBLIC_URL + PAGE
        body: DeviceSignInJson = {
            "device_code": sign_in.device_code,
            "user_code": sign_in.user_code,
            "verification_uri": address,
            # In the fragment, which no browser sends and no log keeps.
            "verification_uri_complete": f"{address}#token={sign_in.user_code}",
            "expires_in": int(device.LIFE.total_seconds()),
            "interval": int(device.INTERVAL.total_seconds()),
        }
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class DeviceToken(ForgeView):
    """Fetching the token; until it is allowed the answer is 400, with `error` in the words of RFC 8628."""

    needs = needing(post=None)

    authentication_classes = ()

    @extend_schema(request=DeviceCodeSerializer, responses=DeviceTokenJson)
    def post(self, request: Request) -> Response:
        token, secret = device.redeem(self.read_body(request, DeviceCodeSerializer)["device_code"])
        body: DeviceTokenJson = {
            "access_token": secret,
            "token_type": "Bearer",
            "scope": " ".join(token.scopes),
            "name": token.name,
            "person": str(token.owner),
            "expires": utc_timestamp(token.expires) if token.expires else None,
        }
        return Response(body, headers={"Cache-Control": "no-store"})
