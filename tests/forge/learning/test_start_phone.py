"""A phone that records for the page of examples: its tabs, the digits on both screens, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Membership, Role, User
from forge.core.models import Event
from forge.datasets.collecting.actions import make_collecting_link
from forge.datasets.collecting.task import MAX_TABS, Task
from forge.datasets.models import CollectingLink, Collector, Sample
from forge.datasets.models.samples import SampleKind
from forge.projects.models import Project
from tests.support.forge.factories.phones import Phone
from tests.support.forge.factories.recordings import loud

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("project")]

CODES = "/acme/kitchen/start/phone"


def make_code(client: Client, *labels: str) -> dict[str, Any]:
    answer = client.post(CODES, {"kind": "sound", "label": labels[0], "labels": labels})
    assert answer.status_code == 200
    code: dict[str, Any] = answer.json()
    return code


def shown(client: Client, code: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = client.get(f"{CODES}/{code['link']}").json()
    return state


@pytest.mark.protects("recordings/phone-digits")
def test_both_screens_show_digits_that_nobody_knows_before_the_phone_was_let_in(client: Client, user: User) -> None:
    code = make_code(client, "knock")
    assert shown(client, code) == {"digits": "", "browser": "", "sent": 0, "isOver": False}
    assert "digits" not in code
    phone = Phone(code["url"])
    phone.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/130.0 Mobile"
    digits = phone.enter().json()["digits"]
    assert len(digits) == 4
    assert digits.isdigit()
    state = shown(client, code)
    assert (state["digits"], state["browser"], state["sent"]) == (digits, "Chrome on Android", 0)
    assert [event.data for event in Event.objects.filter(type="phone.changed")] == [{"link": code["link"]}]


@pytest.mark.protects("recordings/phone-digits")
def test_each_phone_has_digits_of_its_own(project: Project, user: User) -> None:
    for _ in range(6):
        Phone(make_collecting_link(user, project, Task(SampleKind.SOUND, tabs=("knock",)))[1]).enter()
    assert len(set(Collector.objects.values_list("digits", flat=True))) > 1


@pytest.mark.protects("recordings/phone-digits")
def test_a_code_that_a_stranger_scanned_first_shows_digits_that_ones_own_phone_lacks(client: Client) -> None:
    code = make_code(client, "knock")
    stranger, own = Phone(code["url"]), Phone(code["url"])
    assert stranger.enter().status_code == 200
    answer = own.enter()
    assert answer.status_code == 400
    assert "digits" not in answer.json()
    assert shown(client, code)["digits"]
    assert client.post(f"{CODES}/{code['link']}/end").status_code == 204
    assert stranger.state().status_code == 401
    assert stranger.send(loud()).status_code == 401
    assert shown(client, code)["isOver"]
    assert not CollectingLink.objects.exists()


def test_a_recording_lands_under_the_label_of_the_tab(client: Client) -> None:
    code = make_code(client, "knock", "doorbell")
    phone = Phone(code["url"])
    state = phone.enter().json()
    assert state["tabs"] == [
        {"label": "knock", "count": 0, "is_background": False},
        {"label": "doorbell", "count": 0, "is_background": False},
        {"label": "background", "count": 0, "is_background": True},
    ]
    phone.agree()
    assert phone.send(loud(), "label=doorbell&device=phone").status_code == 201
    assert Sample.objects.get().label == "doorbell"
    assert {each["label"]: each["count"] for each in phone.state().json()["tabs"]} == {
        "knock": 0,
        "doorbell": 1,
        "background": 0,
    }
    assert shown(client, code)["sent"] == 1


@pytest.mark.protects("recordings/phone-digits")
def test_others_see_nothing_of_a_code_and_cannot_end_it(
    client: Client, owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    code = make_code(client, "knock")
    digits = Phone(code["url"]).enter().json()["digits"]
    other = browser_of(owner)
    answer = other.get(f"{CODES}/{code['link']}")
    assert digits not in answer.content.decode()
    assert answer.json() == {"digits": "", "browser": "", "sent": 0, "isOver": True}
    assert other.post(f"{CODES}/{code['link']}/end").status_code == 404
    assert shown(client, code)["digits"] == digits


@pytest.mark.protects("recordings/phone-codes")
def test_the_right_that_ends_takes_the_phone_along(client: Client, user: User) -> None:
    code = make_code(client, "knock")
    phone = Phone(code["url"])
    phone.enter()
    phone.agree()
    Membership.objects.filter(user=user).update(role=Role.VIEWER)
    assert phone.state().status_code == 401
    assert phone.send(loud()).status_code == 401
    assert not Sample.objects.exists()


def test_a_phone_shows_a_bounded_number_of_labels(client: Client) -> None:
    labels = [f"label {number}" for number in range(MAX_TABS + 1)]
    answer = client.post(CODES, {"kind": "sound", "label": "knock", "labels": labels})
    assert answer.status_code == 400
    assert f"at most {MAX_TABS} labels" in answer.content.decode()
    assert not CollectingLink.objects.exists()


def test_a_code_of_the_data_page_shows_no_tabs(project: Project, user: User) -> None:
    phone = Phone(make_collecting_link(user, project, Task(SampleKind.SOUND, "knock"))[1])
    assert phone.enter().json()["tabs"] == []
