"""A form that comes back with an error has what was typed and chosen in it, whatever it offered at first: nobody would
see that a role or a purpose went back to the usual one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.forge.query_counts import requests
from tests.forge.web.parsed_forms import Control, PageForm, forms_of
from tests.support.forge.addresses.settled import settle

WRONG = ("", "x" * 30_000, "\N{RIGHT-TO-LEFT OVERRIDE}", "-7")
"""Texts of which every field refuses one."""
AGREEMENTS = frozenset({"agreed"})
"""Boxes that are ticked again: a person who agrees to terms reads them as they came back."""
Lost = dict[str, tuple[list[str], list[str]]]
"""The values of a field that were sent, and those that came back, by its name."""


def paths(names: Mapping[str, str]) -> Iterator[str]:
    """The addresses of all pages."""
    for method, _, address, _ in requests():
        if method == "get" and not address.startswith(("api/", "v2/")):
            path = "/" + names.get(address, address).lstrip("/")
            for name in (each for each in names if each.startswith("{")):
                path = path.replace(name, names[name])
            yield path


def other(control: Control) -> list[str]:
    """Values of a field that are not those that it has."""
    left = [each for each in control.offered if each not in control.chosen]
    return left if control.kind == "checkbox" else left[-1:] or control.chosen


def choices(form: PageForm) -> Iterator[dict[str, list[str]]]:
    """The fields of a form as they are sent: other choices than it has, or no box ticked; no text is empty."""
    fields = {name: each.chosen for name, each in form.controls.items()}
    fields |= {name: ["7"] for name in form.texts if fields[name] in ([], [""])}
    others = {name: other(each) for name, each in form.choices.items()}
    boxes = [name for name, each in form.choices.items() if each.kind == "checkbox"]
    empty_boxes: list[dict[str, list[str]]] = [{name: [] for name in boxes}] if boxes else []
    buttons = [{name: [value]} for name, value in form.buttons] or [{}]
    yield from (fields | choice | button for button, choice in product(buttons, [others, *empty_boxes]))


def post(browser: Client, path: str, fields: Mapping[str, Any]) -> Any:
    """Sends a form; what it changes is undone."""
    cache.clear()
    cookies = deepcopy(browser.cookies)
    with transaction.atomic():
        answer = browser.post(path, fields)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer


def come_back(browser: Client, path: str, form: PageForm, fields: dict[str, list[str]]) -> tuple[str, PageForm] | None:
    """The form as it comes back when one of its fields has something wrong, and that field; None where it never
    does."""
    for name, wrong in product(form.texts, WRONG):
        answer = post(browser, form.action or path, fields | {name: [wrong]})
        if 400 <= answer.status_code < 500 and "html" in answer["Content-Type"]:
            again = [each for each in forms_of(answer.content.decode()) if each.key == form.key]
            if len(again) == 1:
                return name, again[0]
    return None


def lost(browser: Client, path: str, form: PageForm) -> Lost | None:
    """The differences between the fields that were sent and those that came back; None of a form that never does."""
    never, differences = True, {}
    for fields in choices(form):
        if (back := come_back(browser, path, form, fields)) is not None:
            never, (wrong, again) = False, back
            for name in {*form.choices, *form.texts} - {wrong, *AGREEMENTS}:
                if sorted(fields[name]) != sorted(again.controls[name].chosen):
                    differences[name] = fields[name], again.controls[name].chosen
    return None if never else differences


@pytest.mark.slow
@pytest.mark.django_db
def test_a_form_that_comes_back_has_what_was_sent(
    project: Project,
    owner: User,
    organisation: Organisation,
    browser_of: Callable[[User | None], Client],
    settings: Any,
) -> None:
    settings.EMAIL_IS_SENT = True
    names, browser = settle(owner, organisation, project, 2), browser_of(owner)
    results: dict[tuple[str, ...], Lost | None] = {}
    for path in paths(names):
        answer = browser.get(path)
        if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
            for form in forms_of(answer.content.decode()):
                if form.texts and form.key not in results:
                    results[form.key] = lost(browser, path, form)
    assert {key: each for key, each in results.items() if each} == {}
    came_back = [key for key, each in results.items() if each is not None]
    assert len(came_back) > 30
