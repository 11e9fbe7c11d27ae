"""The view of a page's form whose buttons are declared acts (`forge.core.api.acts`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ValidationError
from rest_framework.fields import BooleanField, CharField, Field

from forge.core.api.acts import act_of
from forge.core.errors import DomainError, Invalid, NotFound, Stale
from forge.core.http.pages import for_person
from forge.core.preconditions import form_precondition


@dataclass(frozen=True)
class Button:
    """A button of a page's form: the act, and the address to go to after it, of the thing and the address's names."""

    act: Callable[..., Any]
    back: Callable[..., str] = lambda *_: ""
    shown: Callable[..., HttpResponse] | None = None
    """Answers in place of the address, where what the act returned is shown once, such as a code, or leads further: it
    gets the request, the thing, the address's names and what the act returned. No cache keeps the answer."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The values of the act's fields that the button itself says, in place of the form."""


def form_view(
    buttons: Mapping[str, Button],
    show: Callable[..., HttpResponse],
    errors: tuple[type[DomainError], ...] = (),
) -> Callable[..., HttpResponseBase]:
    """Returns the view that takes a page's form, whose field `do` names one of `buttons`; the acts are of one place.

    `show(request, target, *names, error)` answers with the page again, for `Invalid`, `Stale` and `errors`. It gets the
    names of the address after the place's, as `back(target, *names)` does.
    """
    acts = {do: act_of(button.act) for do, button in buttons.items()}
    place = next(iter(acts.values())).place
    errors_on_page: tuple[type[DomainError], ...] = (Invalid, Stale, *errors)

    @for_person
    @require_POST
    def view(request: HttpRequest, /, **names: Any) -> HttpResponse:
        form = request.POST
        do = form.get("do", next(iter(acts)))
        if do not in acts:
            raise NotFound("This form has no such button.")
        target = place.find(request, acts[do].verb, names)
        own = [names[name] for name in acts[do].own_names]
        try:
            fields = {name: kind for name, kind in acts[do].fields.items() if name not in buttons[do].values}
            values = {name: _value(name, _typed(do, name, form), kind) for name, kind in fields.items()}
            body = {name: value for name, value in values.items() if value is not None} | dict(buttons[do].values)
            result = acts[do].call(place.actor(request), target, names, body, form_precondition(form))
        except errors_on_page as error:
            error.errors = {_form_name(do, name, form): messages for name, messages in error.errors.items()}
            return show(request, target, *own, error)
        if (answer := buttons[do].shown) is not None:
            response = answer(request, target, *own, result)
            add_never_cache_headers(response)
            return response
        return redirect(buttons[do].back(target, *own))

    vars(view)["acts"] = acts
    return view


def _form_name(do: str, name: str, form: QueryDict) -> str:
    """Returns the name of an act's field in a form: `withdraw_reason` where a page has two fields `reason`."""
    return f"{do}_{name}" if f"{do}_{name}" in form else name


def _typed(do: str, name: str, form: QueryDict) -> str | None:
    return form.get(_form_name(do, name, form))


def _value(name: str, text: str | None, field: Field[Any, Any, Any, Any]) -> Any:
    """Returns the value of a field; None where the form has none. A text is left as it was typed, since the act says
    what is wrong with it; a browser sends each line break of it as two characters. Raises `Invalid` for another value
    that is none of the field."""
    if isinstance(field, BooleanField):
        return text is not None
    if text is None:
        return "" if field.required else None
    if isinstance(field, CharField):
        return text.replace("\r\n", "\n")
    try:
        return field.run_validation(text)
    except ValidationError as error:
        message = " ".join(map(str, error.detail))
        raise Invalid(message, errors={name: [message]}) from None
