"""Inference time in a search: a limit in milliseconds, and the estimate beside what is counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.projects.models import Project
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.fit import run_time
from rune.devices.boards.lookup import find_board
from rune.wording import milliseconds_text
from tests.forge.learning.searching import SPACE, begun, read, run_jobs, scripted
from tests.support.cases import each_case
from tests.support.forge.factories.searches import finished_search, trial_event, tried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
PAGE = "/acme/kitchen/searches"
BOARD = find_board("raspberry-pi-pico")
TIME = run_time(90_000, BOARD)
"""The time of the trials of `trial_event`."""


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@each_case("milliseconds", [0, -1, -0.5, 1e13, "many", "nan", [50]])
def test_a_limit_of_time_that_is_no_positive_number_is_refused(searcher: Client, milliseconds: Any) -> None:
    problem = begun(searcher, 400, limits={"milliseconds": milliseconds})
    assert problem["errors"].keys() & {"limits", "milliseconds"}
    assert not ModelSearch.objects.exists()


@pytest.mark.parametrize("milliseconds", [50, 0.25, None])
def test_a_limit_of_time_reaches_the_search(
    searcher: Client, monkeypatch: pytest.MonkeyPatch, milliseconds: float | None
) -> None:
    lab = scripted(monkeypatch, [SPACE], {"reason": "The budget of trials is used up.", "trials": 0})
    assert begun(searcher, limits={"milliseconds": milliseconds})["limits"]["milliseconds"] == milliseconds
    run_jobs()
    assert read(searcher)["limits"]["milliseconds"] == milliseconds
    (request,) = lab.requests
    assert (request["board"], request["limits"]["milliseconds"]) == (BOARD.key, milliseconds)


def test_a_search_of_before_has_no_limit_of_time(searcher: Client, user: User, project: Project) -> None:
    finished_search(user, project)
    ModelSearch.objects.update(limits={"ram": 9000, "flash": 9000, "instructions": None})
    assert read(searcher)["limits"]["milliseconds"] is None
    assert "Inference time, Raspberry Pi Pico</dt>" not in text_of(searcher, f"{PAGE}/1").split("Best for each size")[0]


def test_each_trial_has_its_time_where_its_instructions_were_counted(
    searcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = trial_event(2, share=None, state="over limit")
    planned["needs"]["instructions"] = None
    events = [SPACE, *tried(1), *tried(2)[:1], planned]
    scripted(monkeypatch, events, {"reason": "The budget of trials is used up.", "trials": 2})
    begun(searcher)
    run_jobs()
    first, second = read(searcher)["rows"]
    assert first["time"] == {"least": TIME.least, "most": TIME.most}
    assert second["time"] is None


def test_the_page_has_time_in_picture_table_limits_and_differences(
    searcher: Client, user: User, project: Project
) -> None:
    search = finished_search(user, project)
    search.limits["milliseconds"] = 1.5
    search.save()
    SearchTrial.objects.filter(number=3).update(
        needs={"target": BOARD.target, "flash": 8000, "ram": 2700, "instructions": 45_000}
    )
    page = text_of(searcher, f"{PAGE}/1?across=milliseconds&trial=3")
    assert '<h2 id="picture" class="grow">Accuracy against Inference time</h2>' in page
    assert 'aria-current="page">Inference time on Raspberry Pi Pico</a>' in page
    assert '<th scope="col">Inference time, Raspberry Pi Pico</th>' in page
    half = run_time(45_000, BOARD)
    assert f"<td>{half.text}<progress" in page
    assert f"<title>Trial 3, {half.most:.3g} ms: 53.0 %</title>" in page
    assert '<dt>Inference time, Raspberry Pi Pico</dt><dd class="num">at most 1.5 ms</dd>' in page
    assert re.search(
        r"<dt>Inference time, Raspberry Pi Pico</dt> <dd class=\"num\">"
        rf"<span>{TIME.text}</span> .*<b>{half.text}</b></dd>",
        page,
    )
    assert "Inference time limit 1.5 ms" in page
    assert "Inference time is an estimate" in page


def test_a_trial_without_instructions_has_no_place_on_the_axis_of_time(
    searcher: Client, user: User, project: Project
) -> None:
    search = finished_search(user, project)
    SearchTrial.objects.filter(search=search).update(
        needs={"target": BOARD.target, "flash": 8000, "ram": 2700, "instructions": None}
    )
    page = text_of(searcher, f"{PAGE}/1?across=milliseconds")
    assert "<title>Trial" not in page
    assert "<title>Trial 1" in text_of(searcher, f"{PAGE}/1?across=ram")


def test_a_limit_is_drawn_before_the_first_trial(searcher: Client) -> None:
    begun(searcher, limits={"milliseconds": 50})
    page = text_of(searcher, f"{PAGE}/1?across=milliseconds")
    assert "Inference time limit 50 ms" in page
    places = re.findall(r'y="366" text-anchor="middle">([^<]*)<', page)
    assert places == ["0 ms", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"]


@pytest.mark.parametrize(("text", "limit"), [("50", 50), ("0.25", 0.25), ("", None)])
def test_the_form_takes_a_limit_in_milliseconds(searcher: Client, text: str, limit: float | None) -> None:
    assert "Inference time <small" in text_of(searcher, PAGE)
    answer = searcher.post(f"{PAGE}/begin", form(milliseconds=text))
    assert answer["Location"] == f"{PAGE}/1"
    assert ModelSearch.objects.get().limits["milliseconds"] == limit


@each_case("text", ["many", "0", "-3", "nan", "inf", "1e400"])
def test_the_form_refuses_what_is_no_time(searcher: Client, text: str) -> None:
    answer = searcher.post(f"{PAGE}/begin", form(milliseconds=text))
    assert answer.status_code == 400
    assert "The limit of milliseconds is not a" in answer.content.decode()
    assert not ModelSearch.objects.exists()


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_real_search_trains_nothing_that_may_take_too_long(searcher: Client) -> None:
    vary = {"filters": ["4", "8"], "window": ["50"], "blocks": ["2"], "kernel": ["5"], "stride": ["1"]}
    vary |= {"separable": ["0"]}
    begun(searcher, vary=vary, trials=2, minutes=10, limits={"milliseconds": 0.25})
    run_jobs()
    search = read(searcher)
    assert (search["state"], search["error"], search["best"]) == ("finished", "", [])
    assert search["rows"]
    for each in search["rows"]:
        most = run_time(each["needs"]["instructions"], BOARD).most
        assert (each["state"], each["time"]["most"]) == ("over limit", most)
        assert each["reason"] == f"inference time {milliseconds_text(most)} of at most 0.25 ms"


def form(**fields: str) -> dict[str, str]:
    """The form of a search."""
    usual = {"recipe": "motion", "version": "1", "board": BOARD.key, "vary-filters": "4, 8", "vary-quantize": "int8"}
    return {**usual, "trials": "3", "minutes": "5", "workers": "1", **fields}
