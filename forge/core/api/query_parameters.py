"""Checks that a request's address has only parameters that the API's description states.

Django ignores a parameter that no code reads: a filter with a typing error would answer with every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from drf_spectacular.plumbing import force_instance, get_class
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

from forge.core.api.body_types import MAX_NAME, unknown_name


def require_known_parameters(view: APIView, method: str, names: Iterable[str]) -> None:
    """Raises `ValidationError` for each name that is no parameter of the view's operation; it names those that are.
    A view without a description takes any."""
    parameters = query_parameters(type(view), method)  # type: ignore[arg-type]  # a class has its hash from its own type
    if parameters is None:
        return
    messages = {
        name[:MAX_NAME]: [unknown_name("parameter", name, parameters, "This address")]
        for name in names
        if name not in parameters
    }
    if messages:
        raise ValidationError(messages)


@cache
def query_parameters(view_class: type[Any], method: str) -> tuple[str, ...] | None:
    """The names of the parameters in the query of an operation, in order; None where it has no description.

    `method` is in small letters. An operation of `HEAD` is that of `GET`.
    """
    operation = "get" if method == "head" else method
    handler = getattr(view_class, operation, None)
    schema_class = getattr(handler, "kwargs", {}).get("schema") or view_class.schema
    if schema_class is None or handler is None:
        return None
    view = view_class()
    view.request, view.kwargs = None, {}
    schema: Any = get_class(schema_class)()
    schema.view, schema.method = view, operation.upper()
    return tuple(sorted({name for each in schema.get_override_parameters() for name in _query_names(each)}))


def _query_names(parameter: Any) -> Iterator[str]:
    """Yields the names of a parameter, or of a serializer that describes several."""
    if not isinstance(parameter, OpenApiParameter):
        yield from force_instance(parameter).fields  # type: ignore[no-untyped-call]
    elif parameter.location == OpenApiParameter.QUERY and not parameter.response and not parameter.exclude:
        yield parameter.name
