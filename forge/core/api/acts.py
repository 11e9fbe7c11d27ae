"""Declares an act of a person once, above its function; the API's route, its description and the handler of a page's
form follow from the declaration.

    @act(
        "PUT", PROJECT, "tags/<str:tag>/deprecation", "tags_deprecate",
        verb=Verb.PUBLISH, state=IF_MATCH, answer=TAG, raises=(Conflict, Invalid),
    )
    @transaction.atomic
    def deprecate_tag(
        actor: Actor, project: Project, tag: str,
        reason: Annotated[str, CharField(max_length=2000)],
        successor: Annotated[str, CharField(max_length=200, allow_blank=True)] = "",
        *, precondition: Precondition = None,
    ) -> Tag:
        "Deprecates a version, with a reason and the tag to take in its place."

The first two parameters are who acts and the thing that `PROJECT` finds. A parameter that the route names takes its
value from the address. One with a field of REST framework takes it from the body; a default makes it optional. The
docstring is the description of the operation. The act refuses each person who lacks `verb`, and a text that is longer
than its field takes, also when other code calls it; a token needs the scope of the verb.
`act_paths(acts_in(actions))` in the app's `urls.py` makes the routes; `forge.core.http.act_forms` makes views of forms.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_args, get_type_hints

from django.http import HttpRequest
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from forge.core.actors import Actor
from forge.core.api.preconditions import (
    ETAG,
    OPTIONAL_IF_MATCH,
    REFUSALS,
    REQUIRED_IF_MATCH,
    request_precondition,
    with_etag,
)
from forge.core.api.states import State
from forge.core.api.text_lengths import require_short_texts
from forge.core.api.views import ForgeView, Kinds, needing, raising
from forge.core.errors import DomainError
from forge.core.preconditions import Facet

A = TypeVar("A", bound=Actor)
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
_NAMES = re.compile(r"<\w+:(\w+)>")


@dataclass(frozen=True)
class ActPlace(Generic[T]):
    """The addresses of things of a kind below `/api/v1/`.

    `find` returns one of them, from the request of the API or of a page, for who may do a verb to it; `require`
    raises what it would where somebody may not.
    """

    route: str
    find: Callable[[Request | HttpRequest, Any, Mapping[str, Any]], T]
    require: Callable[[Actor, Any, T], None]
    actor: Callable[[Request | HttpRequest], Any]
    """Returns who acts."""
    scope: Callable[[Any], str]
    """Returns the scope that a token needs for a verb."""
    raises: tuple[type[DomainError], ...] = ()
    """The errors of `find` beyond those of every address."""


@dataclass(frozen=True)
class ActAnswer(Generic[R]):
    """The answer of an act: what it returned, as JSON. The annotation of the function describes it. Without a function
    the answer has no body."""

    to_json: Callable[[R], Any] | None = None
    facets: Callable[[R], Iterable[Facet]] | None = None
    """The state of the thing, which the answer has as its `ETag`."""
    status: int = 200
    for_actor: Callable[[R, Any], Any] | None = None
    """The function in place of `to_json`, for an answer that depends on its reader."""
    again: Callable[[Any, Any], R] | None = None
    """Finds what the answer shows, for who acted and from the thing of the act; without it, that is what the act
    returned."""

    def response(self, value: R, actor: Any = None) -> Response:
        """Returns the answer to a request of the API."""
        body = self.to_json(value) if self.to_json else self.for_actor(value, actor) if self.for_actor else None
        response = Response(body, status=self.status)
        return response if self.facets is None else with_etag(response, tuple(self.facets(value)))

    @property
    def described(self) -> Mapping[int, Any]:
        """The answer for the API's description, by its status."""
        function = self.to_json or self.for_actor
        return {self.status: get_type_hints(function, include_extras=True)["return"] if function else None}


DONE: ActAnswer[Any] = ActAnswer(status=204)


@dataclass(frozen=True)
class Act:
    """The declaration of an act."""

    method: str
    place: ActPlace[Any]
    tail: str
    operation: str
    verb: Any
    state: State
    answer: ActAnswer[Any]
    raises: tuple[type[DomainError], ...]
    function: Callable[..., Any]
    unaudited: str
    """The reason why it writes no audit entry; empty for an act that does."""
    fields: Mapping[str, Field[Any, Any, Any, Any]]
    """The fields of its body, by the parameter that takes each."""

    @property
    def route(self) -> str:
        """The address below `/api/v1/`."""
        return (self.place.route + self.tail).removesuffix("/")

    @property
    def own_names(self) -> list[str]:
        """The names of the address that the act takes; the others find its thing."""
        return _NAMES.findall(self.tail)

    @property
    def errors(self) -> tuple[type[DomainError], ...]:
        """All errors that its description names."""
        return (*self.raises, *(REFUSALS if self.state.is_named else ()))

    @property
    def serializer(self) -> type[Serializer[Any]] | None:
        """The type of its body; None for an act without one."""
        name = "".join(part.title() for part in self.operation.split("_"))
        return type(f"{name}Serializer", (Serializer,), dict(self.fields)) if self.fields else None

    def call(self, actor: Actor, target: Any, names: Mapping[str, Any], body: Mapping[str, Any], state: Any) -> Any:
        """Does it. `names` are those of the address, of which it takes those of its own part."""
        own = {name: names[name] for name in self.own_names}
        return self.function(actor, target, **own, **body, **({"precondition": state} if self.state.is_named else {}))


def act(
    method: str,
    place: ActPlace[T],
    tail: str,
    operation: str,
    *,
    verb: Any,
    state: State,
    answer: ActAnswer[R],
    raises: type[DomainError] | Kinds = (),
    unaudited: str = "",
) -> Callable[[Callable[Concatenate[A, T, P], R]], Callable[Concatenate[A, T, P], R]]:
    """Declares the act below it, as the example of this module shows.

    `tail` follows the route of `place`; "" is the address of the thing itself. `raises` names the errors beyond those
    of the place and of the state, and `unaudited` says why the act writes no audit entry.

    Raises `TypeError` for a function whose parameters are not those of the declaration.
    """

    def declare(function: Callable[Concatenate[A, T, P], R]) -> Callable[Concatenate[A, T, P], R]:
        fields = _checked_fields(function, tail, state)
        own_names = list(inspect.signature(function).parameters)[2:]

        @wraps(function)
        def guarded(actor: A, target: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
            place.require(actor, verb, target)
            require_short_texts(fields, dict(zip(own_names, args, strict=False)) | kwargs)
            return function(actor, target, *args, **kwargs)

        kinds = raises if isinstance(raises, tuple) else (raises,)
        declaration = Act(method, place, tail, operation, verb, state, answer, kinds, guarded, unaudited, fields)
        vars(guarded)["act"] = declaration
        return guarded

    return declare


def act_of(function: Callable[..., Any]) -> Act:
    """Returns the declaration of a function. Raises `TypeError` for one without."""
    declaration = getattr(function, "act", None)
    if not isinstance(declaration, Act):
        raise TypeError(f"{function.__qualname__} is not declared. Write @act(...) above it.")
    return declaration


def acts_in(*modules: ModuleType) -> list[Act]:
    """Returns the acts that modules declare, in their order."""
    return [
        each.act
        for module in modules
        for each in vars(module).values()
        if isinstance(getattr(each, "act", None), Act) and each.__module__ == module.__name__
    ]


def act_paths(acts: Iterable[Act], reading: Mapping[str, type[ForgeView]] | None = None) -> Iterator[URLPattern]:
    """Yields the routes of acts, those of fixed words before those with a name in the same place. `reading` has the
    views that answer GET at some of them."""
    by_route: dict[str, list[Act]] = {route: [] for route in reading or {}}
    for each in acts:
        by_route.setdefault(each.route, []).append(each)
    for route, group in sorted(by_route.items(), key=lambda item: item[0].replace("<", "\x7f")):
        yield path(route, _view(group, (reading or {}).get(route)).as_view())


def _view(group: Iterable[Act], reading: type[ForgeView] | None) -> type[ForgeView]:
    """Returns the view of the acts of one address."""
    base = reading or ForgeView
    acts = {each.method.lower(): each for each in group}
    handlers = {method: _handler(each) for method, each in acts.items()}
    place = {kind for each in acts.values() for kind in each.place.raises}
    needs = needing(**base.needs, **{method: each.place.scope(each.verb) for method, each in acts.items()})
    raises = raising(*place, **{method: each.errors for method, each in acts.items()})
    name = base.__name__ if reading else "".join(each.function.__name__.title() for each in acts.values())
    return type(name.replace("_", ""), (base,), {**handlers, "needs": needs, "raises": raises, "acts": acts})


def _handler(declaration: Act) -> Callable[..., Response]:
    serializer, answer = declaration.serializer, declaration.answer

    def handle(view: ForgeView, request: Request, **names: Any) -> Response:
        target = declaration.place.find(request, declaration.verb, names)
        body = view.read_body(request, serializer) if serializer else {}
        state = request_precondition(request) if declaration.state.is_named else None
        actor = declaration.place.actor(request)
        value = declaration.call(actor, target, names, body, state)
        return answer.response(answer.again(actor, target) if answer.again else value, actor)

    handle.__doc__ = declaration.function.__doc__
    header = OPTIONAL_IF_MATCH if declaration.state.reason else REQUIRED_IF_MATCH
    parameters = [*([header] if declaration.state.is_named else ()), *([ETAG] if answer.facets else ())]
    describe = extend_schema(
        operation_id=declaration.operation, request=serializer, responses=answer.described, parameters=parameters
    )
    handler: Callable[..., Response] = describe(handle)
    return handler


def _checked_fields(function: Callable[..., Any], tail: str, state: State) -> dict[str, Field[Any, Any, Any, Any]]:
    """Returns the fields of the body. Raises `TypeError`."""
    hints, parameters = get_type_hints(function, include_extras=True), inspect.signature(function).parameters
    own = list(parameters)[2:]
    path_names = _NAMES.findall(tail)
    if missing := [name for name in path_names if name not in own]:
        raise TypeError(f"{function.__qualname__} lacks the parameters {missing}, which {tail} names.")
    if state.is_named != ("precondition" in own):
        raise TypeError(f"{function.__qualname__} takes `precondition` where its state is IF_MATCH, and only there.")
    fields = {
        name: _field(hints[name], parameters[name].default) for name in own if name not in {*path_names, "precondition"}
    }
    if loose := [name for name, field in fields.items() if field is None]:
        raise TypeError(f"{function.__qualname__}: annotate {loose} with a field, as in Annotated[str, CharField()].")
    return fields


def _field(hint: Any, default: Any) -> Any:
    """Returns the field in an annotation, or in one that may be None, which the parameter's default makes optional;
    None without a field."""
    parts = (hint, *get_args(hint))
    field: Any = next((each for part in parts for each in get_args(part)[1:] if isinstance(each, Field)), None)
    if field is None or default is inspect.Parameter.empty:
        return field
    more = {"required": False} if default is None else {"default": list if default == () else default}
    # A copy of a field is made anew, from its arguments, as is the child of a list: a field is part of one list alone.
    optional = deepcopy(field)
    optional._kwargs.update(more)
    return deepcopy(optional)
