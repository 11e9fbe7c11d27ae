"""A declaration of an act that does not fit its function is refused when it is imported, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any

import pytest
from rest_framework.fields import BooleanField, CharField, IntegerField, ListField

from forge.core.api.acts import DONE, ActAnswer, ActPlace, act, act_of, act_paths
from forge.core.api.states import IF_MATCH, MAKES, State
from forge.core.errors import Forbidden
from tests.support.cases import each_case


def _require(actor: Any, verb: str, target: str) -> None:
    if verb not in actor:
        raise Forbidden(f"{verb} {target}")


TOYS: ActPlace[str] = ActPlace("toys/<str:toy>/", lambda request, verb, names: names["toy"], _require, lambda r: r, str)
Colour = Annotated[str, CharField(max_length=9)]
Wheels = Annotated[Collection[str], ListField(child=CharField())]


def declare(function: Callable[..., Any], tail: str = "winding", state: State = MAKES) -> Callable[..., Any]:
    function_of_act: Callable[..., Any] = act("POST", TOYS, tail, "toys_wind", verb="wind", state=state, answer=DONE)(
        function
    )
    return function_of_act


def wind(actor: Any, toy: str, colour: Colour, times: Annotated[int, IntegerField()] = 3) -> None:
    """Winds a toy."""


def test_a_parameter_with_a_field_is_of_the_body_and_its_default_is_the_fields() -> None:
    fields = act_of(declare(wind)).fields
    assert list(fields) == ["colour", "times"]
    assert (fields["colour"].required, fields["times"].required, fields["times"].default) == (True, False, 3)


def test_a_list_that_may_be_missing_keeps_what_it_lists() -> None:
    def paint(actor: Any, toy: str, dots: Annotated[list[str] | None, ListField(child=CharField())] = None) -> None: ...

    field = act_of(declare(paint)).fields["dots"]
    assert isinstance(field, ListField)
    assert (type(field.child), field.required) == (CharField, False)


def test_a_parameter_that_may_be_missing_is_left_out_of_the_body() -> None:
    def paint(actor: Any, toy: str, colour: Annotated[str | None, CharField()] = None) -> None: ...

    serializer = act_of(declare(paint)).serializer
    assert serializer is not None
    body = serializer(data={})
    assert body.is_valid()
    assert body.validated_data == {}


def test_a_parameter_may_be_none_and_a_list_is_of_each_body_its_own() -> None:
    def paint(actor: Any, toy: str, colour: Colour | None = None, wheels: Wheels = ()) -> None: ...

    fields = act_of(declare(paint)).fields
    assert (type(fields["colour"]), fields["colour"].required) == (CharField, False)
    assert (fields["wheels"].required, fields["wheels"].default) == (False, list)


def _lacks_name(actor: Any, toy: str) -> None: ...


def _has_loose_parameter(actor: Any, toy: str, colour: str) -> None: ...


def _takes_precondition(actor: Any, toy: str, *, precondition: Any = None) -> None: ...


@each_case(
    ("function", "tail", "state", "message"),
    [
        (_lacks_name, "parts/<str:part>", MAKES, r"_lacks_name lacks the parameters \['part'\]"),
        (_has_loose_parameter, "colour", MAKES, r"annotate \['colour'\] with a field"),
        (_takes_precondition, "stop", MAKES, "takes `precondition` where its state is IF_MATCH, and only there"),
        (_lacks_name, "stop", IF_MATCH, "takes `precondition` where its state is IF_MATCH, and only there"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused(
    function: Callable[..., Any], tail: str, state: State, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        declare(function, tail, state)


def test_a_function_without_a_declaration_is_none() -> None:
    with pytest.raises(TypeError, match=r"wind is not declared. Write @act\(...\) above it."):
        act_of(wind)


def test_an_act_refuses_who_may_not_do_it_whoever_calls_it() -> None:
    with pytest.raises(Forbidden, match="wind train"):
        declare(wind)(frozenset(), "train", "red")
    declare(wind)(frozenset({"wind"}), "train", "red")


def test_acts_of_one_address_are_one_view() -> None:
    def stop(actor: Any, toy: str) -> None: ...

    put = act("PUT", TOYS, "winding", "toys_set", verb="wind", state=MAKES, answer=ActAnswer(_as_json))(_named)
    (pattern,) = act_paths([act_of(declare(wind)), act_of(put)])
    view = pattern.callback.cls  # type: ignore[attr-defined]
    assert str(pattern.pattern) == "toys/<str:toy>/winding"
    assert dict(view.needs) == {"post": "wind", "put": "wind"}
    assert (view.post.__doc__, act_of(put).answer.described) == ("Winds a toy.", {200: dict[str, str]})


def _named(actor: Any, toy: str, is_fast: Annotated[bool, BooleanField()] = False) -> str:
    return toy


def _as_json(toy: str) -> dict[str, str]:
    return {"toy": toy}


def test_an_answer_may_show_the_thing_as_it_is_after_the_act() -> None:
    answer: ActAnswer[Any] = ActAnswer(_as_json, again=lambda _, toy: f"the red {toy}")
    (pattern,) = act_paths(
        [act_of(act("POST", TOYS, "", "toys_paint", verb="wind", state=MAKES, answer=answer)(_paint))]
    )
    view = pattern.callback.cls()  # type: ignore[attr-defined]
    assert view.post(frozenset({"wind"}), toy="train").data == {"toy": "the red train"}


def _paint(actor: Any, toy: str) -> None: ...
