"""The base of all API views. Error handling, rate limits and authentication are configured in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from forge.core.api.body_types import require_described_types, require_known_fields
from forge.core.api.needs import PERSON as PERSON
from forge.core.api.query_parameters import require_known_parameters
from forge.core.blobs.chunks import CHUNK
from forge.core.errors import DomainError, Invalid

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
S = TypeVar("S", bound="Serializer[Any]")


def needing(**scopes: str | None) -> Mapping[str, str | None]:
    """The scope that a token needs, by method in small letters; None where anyone is answered, `PERSON` where no
    token is."""
    return MappingProxyType(scopes)


Kinds = tuple[type[DomainError], ...]


def raising(*always: type[DomainError], **kinds: type[DomainError] | Kinds) -> Mapping[str, Kinds]:
    """The domain errors of a view: `always` those of any of its methods, `kinds` by method in small letters."""
    return MappingProxyType(
        {"": always, **{method: kind if isinstance(kind, tuple) else (kind,) for method, kind in kinds.items()}}
    )


class ForgeView(APIView):
    """A view of the API. It refuses unknown parameters of the address; `read_body` reads and checks the body."""

    needs: ClassVar[Mapping[str, str | None]] = needing()
    """Each view says it for all of its methods; a token is refused where nothing is said."""
    raises: ClassVar[Mapping[str, Kinds]] = raising()
    """The errors of its actions beyond those that follow from what it takes (`forge.core.api.failures`). They are added
    to those of its base classes, and are part of the API's description, to which tests hold every answer."""

    acts: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """The declared acts of the view (`forge.core.api.acts`), by method in small letters."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses unknown parameters after who may not ask. Raises REST framework's `ValidationError`."""
        super().initial(request, *args, **kwargs)
        if request.query_params:
            require_known_parameters(self, (request.method or "").lower(), request.query_params)

    def raw_body(self, request: Request, serializer: type[S]) -> dict[str, Any]:
        """Returns the body as it came, for an action that checks its values; {} where it is no JSON object. Raises
        REST framework's `ValidationError` for an unknown field."""
        require_known_fields(serializer(), request.data)
        return request.data if isinstance(request.data, dict) else {}

    def read_body(self, request: Request, serializer: type[S]) -> dict[str, Any]:
        """Returns the validated request body. Raises REST framework's `ValidationError`."""
        instance = serializer(data=request.data)
        require_described_types(instance, request.data)
        instance.is_valid(raise_exception=True)
        values: dict[str, Any] = instance.validated_data
        return values


def boolean_parameter(request: Request, name: str) -> bool:
    """A parameter of the query that is `true` or `false`, or 1 or 0; false where it is missing. Raises `Invalid`."""
    value = request.query_params.get(name, "false")
    if value not in _BOOLEANS:
        text = f"`{name}` must be true or false."
        raise Invalid(text, errors={name: [text]})
    return _BOOLEANS[value]


class RawBody(BaseParser):
    """Leaves a body of any type alone; the view reads it with `body_chunks`."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


def body_chunks(request: Request) -> Iterator[bytes]:
    """Yields the raw body in chunks. The request limits checked its size before Django."""
    while chunk := request._request.read(CHUNK):
        yield chunk
