"""A search on two boards: what is refused, what reaches `lab` and is stored, and what the page shows of both."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.fit import run_time
from rune.devices.boards.lookup import find_board
from tests.forge.learning.searching import SEARCHES, SPACE, begun, read, run_jobs, scripted
from tests.support.cases import each_case
from tests.support.forge.factories.searches import claim_event, finished_search, trial_event, tried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
PAGE = "/acme/kitchen/searches"
PICO, ESP32 = find_board("raspberry-pi-pico"), find_board("esp32-c3-devkitm-1")
SUMMARY = {"reason": "The budget of trials is used up.", "trials": 1}
ON_ESP32 = {"target": ESP32.target, "flash": 9500, "ram": 1800, "instructions": 70_000}


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def fields(**values: str) -> dict[str, str]:
    """The form of a search."""
    usual = {"recipe": "motion", "version": "1", "board": PICO.key, "vary-filters": "4, 8", "vary-quantize": "int8"}
    return {**usual, "trials": "3", "minutes": "5", "workers": "1", **values}


def search_on_both(user: User, project: Project, **settings: Any) -> ModelSearch:
    """A finished search whose trials need less RAM and more flash on the second board."""
    search = finished_search(user, project, second_board=ESP32.key, **settings)
    SearchTrial.objects.filter(search=search).update(second_needs=ON_ESP32)
    return search


@each_case(
    ("board", "reason"),
    [
        (PICO.key, "Both boards of the search are Raspberry Pi Pico."),
        ("esp32", "there is no board 'esp32'"),
        ("esp32-devkit", "No emulator counts on"),
    ],
)
def test_a_second_board_that_cannot_be_counted_on_is_refused(searcher: Client, board: str, reason: str) -> None:
    problem = begun(searcher, 400, second_board=board)
    assert reason in problem["detail"]
    assert problem["errors"].keys() == {"second_board"}
    answer = searcher.post(f"{PAGE}/begin", fields(second_board=board))
    assert answer.status_code == 400
    assert reason.split("'")[0] in answer.content.decode()
    assert not ModelSearch.objects.exists()


def test_more_boards_than_two_are_refused(searcher: Client) -> None:
    assert begun(searcher, 400, second_board=[ESP32.key, "teensy-41"])["errors"].keys() == {"second_board"}
    assert not ModelSearch.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [
        {"second_needs": {**ON_ESP32, "ram": -1}},
        {"second_needs": {"ram": 1}},
        {"second_needs": 7},
        {"second_needs": ON_ESP32, "needs": None},
    ],
)
def test_malformed_needs_on_the_second_board_end_the_search(
    searcher: Client, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any]
) -> None:
    scripted(monkeypatch, [claim_event(1), {**trial_event(1), **values}], SUMMARY)
    begun(searcher, second_board=ESP32.key)
    run_jobs()
    assert (read(searcher)["state"], SearchTrial.objects.count()) == ("failed", 0)


@pytest.mark.slow
def test_needs_on_a_second_board_that_the_search_does_not_have_end_it(
    searcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, [claim_event(1), {**trial_event(1), "second_needs": ON_ESP32}], SUMMARY)
    begun(searcher)
    run_jobs()
    assert (read(searcher)["state"], SearchTrial.objects.count()) == ("failed", 0)


def test_the_second_board_reaches_the_search_and_the_needs_on_it_are_read(
    searcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_event = {"event": "counted", "trial": 1, "ram": 2000, "flash": 9000, "instructions": 90_000}
    events = [SPACE, claim_event(1), {**counted_event, "second_needs": ON_ESP32}]
    lab = scripted(monkeypatch, [*events, {**trial_event(1), "second_needs": ON_ESP32}, *tried(2)], SUMMARY)
    assert begun(searcher, second_board=ESP32.key)["second_board"] == ESP32.key
    run_jobs()
    (request,) = lab.requests
    assert (request["board"], request["second_board"]) == (PICO.key, ESP32.key)
    search = read(searcher)
    assert (search["board"], search["second_board"], search["state"]) == (PICO.key, ESP32.key, "finished")
    first, second = search["rows"]
    assert (first["needs"]["target"], first["second_needs"]) == (PICO.target, ON_ESP32)
    assert second["second_needs"] is None
    assert first["time"]["most"] == run_time(90_000, PICO).most


def test_a_search_of_one_board_has_no_second_needs(searcher: Client, user: User, project: Project) -> None:
    finished_search(user, project)
    search = read(searcher)
    assert search["second_board"] == ""
    assert {each["second_needs"] for each in search["rows"]} == {None}
    page = text_of(searcher, f"{PAGE}/1")
    assert "both boards" not in page
    assert '<th scope="col">Instructions</th>' in page


@pytest.mark.parametrize(
    ("limits", "ram", "texts"),
    [
        ({"ram": 24_000}, 24_000, ["RAM, both boards 24.0 kB"]),
        ({}, None, ["RAM, Raspberry Pi Pico 270 kB", "RAM, ESP32-C3-DevKitM-1 328 kB"]),
        ({"ram": 10**9}, None, ["RAM, Raspberry Pi Pico 270 kB", "RAM, ESP32-C3-DevKitM-1 328 kB"]),
        ({"ram": 300_000}, 300_000, ["RAM, Raspberry Pi Pico 270 kB", "RAM, ESP32-C3-DevKitM-1 300 kB"]),
    ],
)
def test_the_memory_of_each_board_is_its_limit_unless_a_smaller_one_is_chosen(
    searcher: Client, limits: dict[str, int], ram: int | None, texts: list[str]
) -> None:
    assert begun(searcher, second_board=ESP32.key, limits=limits)["limits"]["ram"] == ram
    rows = re.findall(r"<dt>(RAM[^<]*)</dt><dd class=\"num\">at most ([^<]*)</dd>", text_of(searcher, f"{PAGE}/1"))
    assert [" ".join(each) for each in rows] == texts


def test_two_boards_with_the_same_memory_have_one_limit(searcher: Client) -> None:
    limits = begun(searcher, board=ESP32.key, second_board="seeed-xiao-esp32c3")["limits"]
    assert (limits["ram"], limits["flash"]) == (ESP32.ram, ESP32.flash)
    assert "<dt>Flash, both boards</dt>" in text_of(searcher, f"{PAGE}/1")


def test_the_page_shows_what_trials_need_on_both_boards(searcher: Client, user: User, project: Project) -> None:
    search_on_both(user, project, limits={"ram": 4000, "flash": 19_000, "instructions": 180_000})
    page = text_of(searcher, f"{PAGE}/1?across=flash&trial=2")
    head = page.split("Best trials")[1].split("</thead>")[0]
    assert re.findall(r'<th scope="col">([^<]*)</th>', head)[2:] == [
        "RAM",
        "Flash",
        "Instructions, Raspberry Pi Pico",
        "Inference time, Raspberry Pi Pico",
        "Instructions, ESP32-C3-DevKitM-1",
        "In words",
    ]
    # Of both, RAM is larger on the first, and flash on the second, half of its limit.
    assert '<td>2.7 kB<progress class="meter" max="1" value="0.675"' in page
    assert '<td>9.5 kB<progress class="meter" max="1" value="0.5"' in page
    assert '<td>0.09 M<progress class="meter" max="1" value="0.5"' in page
    assert "<td>0.07 M</td>" in page
    assert "RAM and flash: the larger of both boards" in page
    assert "Accuracy against Flash, both boards</h2>" in page
    assert "<title>Trial 2, 9.5 kB: 52.0 %</title>" in page
    assert "counted by the compiler on Raspberry Pi Pico and ESP32-C3-DevKitM-1, not estimated" in page
    limits = page.split('<h2 id="limits">')[1]
    assert "<dt>RAM, both boards</dt>" in limits
    assert "<dt>Instructions, Raspberry Pi Pico</dt>" in limits
    assert "<dt>Instructions, ESP32-C3-DevKitM-1</dt> <dd" in page.split("Trial 2 beside your settings")[1]
    assert "Instructions on Raspberry Pi Pico</a>" in page
    assert "Instructions, Raspberry Pi Pico</h2>" in text_of(searcher, f"{PAGE}/1?across=instructions")


def test_a_limit_that_differs_between_the_boards_is_no_line_of_the_picture(
    searcher: Client, user: User, project: Project
) -> None:
    search = search_on_both(user, project)
    SearchTrial.objects.filter(number=1).update(second_needs={**ON_ESP32, "ram": 300_000})
    assert "RAM limit" not in text_of(searcher, f"{PAGE}/1?across=ram")
    search.limits["ram"] = 200_000
    search.save()
    assert "RAM limit 200 kB" in text_of(searcher, f"{PAGE}/1?across=ram")


def test_the_form_takes_a_second_board(searcher: Client) -> None:
    page = text_of(searcher, PAGE)
    assert 'name="second_board"> <option value="">None</option>' in page
    for second_board in (ESP32.key, ""):
        answer = searcher.post(f"{PAGE}/begin", fields(second_board=second_board))
        assert answer.status_code == 302
        assert ModelSearch.objects.latest("number").second_board == second_board
    refused_page = searcher.post(f"{PAGE}/begin", fields(second_board=ESP32.key, ram="much")).content.decode()
    assert f'<option value="{ESP32.key}" selected>' in refused_page.split('name="second_board"')[1]


def test_a_trial_is_trained_and_offered_for_both_boards(searcher: Client, user: User, project: Project) -> None:
    search_on_both(user, project)
    assert searcher.post(f"{SEARCHES}/1/trials/2/use").status_code == 201
    assert TrainingRun.objects.get().boards == [PICO.key, ESP32.key]
    change = searcher.post(f"{SEARCHES}/1/trials/2/change").json()["change"]
    page = text_of(searcher, change)
    assert f"90,000 instructions on {PICO.target}." in page
    assert f"RAM 1.8 kB, flash 9.5 kB, 70,000 instructions on {ESP32.target}." in page
    assert f"A run takes {run_time(90_000, PICO).text} on {PICO.name}, estimated from the instructions." in page


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_real_search_counts_on_both_boards(searcher: Client) -> None:
    vary = {"filters": ["4", "8"], "window": ["50"], "blocks": ["2"], "kernel": ["5"], "stride": ["1"]}
    vary |= {"separable": ["0"]}
    begun(searcher, second_board=ESP32.key, vary=vary, trials=2, minutes=10, limits={"milliseconds": 0.25})
    run_jobs()
    search = read(searcher)
    assert (search["state"], search["error"], search["best"]) == ("finished", "", [])
    assert search["rows"]
    for each in search["rows"]:
        assert [each["needs"]["target"], each["second_needs"]["target"]] == [PICO.target, ESP32.target]
        assert each["second_needs"]["instructions"] > 1000
        assert each["reason"].endswith("of at most 0.25 ms on Raspberry Pi Pico")
