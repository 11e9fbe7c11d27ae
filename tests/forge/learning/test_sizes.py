"""The sizes of a recipe on a board: what the compiler counts before the first epoch, what is kept of it, and what is
refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from forge.accounts.models import User
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.lab_jobs.waiting import waiting_compiler
from forge.learning.recipes import recipe_of
from forge.learning.training.sizes import counting, sizes_of
from forge.learning.training.sizes.counting import SizeCounter, is_possible_size
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = "/api/v1/projects/acme/kitchen/training/sizes"
NEEDS = "/api/v1/projects/acme/kitchen/training/needs"
PICO = "raspberry-pi-pico"
ESP32 = "esp32-c3-devkitm-1"


class CountingLab:
    """Stands for `lab`: counts 1,000 bytes of RAM for each filter."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.requests: list[dict[str, Any]] = []

    def __call__(self, request: dict[str, Any], _shape: Any, *, receive: Any, **_calls: Any) -> Any:
        self.requests.append(request)
        if self.refusal:
            raise LabRefused(self.refusal, "data")
        for each in request["candidates"]:
            ram = int(1000 * each["arguments"]["filters"])
            needs = {"ram": ram, "flash": 2 * ram, "instructions": 10 * ram, "not_measured": None}
            receive({"event": "size", "key": each["key"], "target": each["targets"][0], "model": 99, "needs": needs})
        return {"counted": len(request["candidates"])}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingLab]:
    own = CountingLab()
    monkeypatch.setattr(counting, "ask_lab", own)
    monkeypatch.setattr(waiting_compiler, "prepare", lambda _variables: None)
    cache.clear()
    yield own
    wait_for_counts()


def wait_for_counts() -> None:
    for thread in threading.enumerate():
        if thread.name == "size-counter":
            thread.join(60)


def sizes(client: Client, **query: Any) -> Any:
    answer = client.get(SIZES, {"recipe": "motion", "board": PICO, "labels": 3, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def counted_sizes(client: Client, **query: Any) -> Any:
    sizes(client, **query)
    wait_for_counts()
    return sizes(client, **query)


def test_the_first_question_is_answered_at_once_and_the_next_one_with_figures(
    client: Client, project: Project, lab: CountingLab
) -> None:
    first = sizes(client)
    assert first["board"] == {"key": PICO, "name": "Raspberry Pi Pico"}
    assert [each["name"] for each in first["sizes"]] == ["small", "balanced", "accurate"]
    wait_for_counts()
    second = sizes(client)
    assert second["is_counting"] is False
    assert [each["ram"] for each in second["sizes"]] == [8000, 16_000, 32_000]
    assert [each["model"] for each in second["sizes"]] == [99, 99, 99]
    least, most = second["sizes"][0]["milliseconds"]
    assert 0 < least < most
    assert second["sizes"][1]["arguments"] == {
        each["name"]: each["default"] for each in recipe_of("motion")["arguments"]
    }


def test_figures_are_counted_once_for_the_same_settings(client: Client, project: Project, lab: CountingLab) -> None:
    counted_sizes(client)
    counted_sizes(client)
    assert len(lab.requests) == 1
    counted_sizes(client, labels=4)
    counted_sizes(client, board="arduino-nano-33-ble-sense")
    counted_sizes(client, form="float32")
    assert [each["labels"] for each in lab.requests] == [3, 4, 3, 3]


def test_a_figure_over_a_limit_says_by_how_much(client: Client, project: Project, user: User, lab: CountingLab) -> None:
    write_file(user, project, "forge.yml", b"limits:\n  ram:\n    cortex-m0plus: 15 kB\n")
    small, balanced, accurate = counted_sizes(client)["sizes"]
    assert small["excess"] == []
    assert balanced["excess"] == [
        {"figure": "ram", "by": 1000, "limit": 15_000, "of": "forge.yml", "text": "1.0 kB RAM too much"}
    ]
    assert accurate["excess"][0]["text"] == "17.0 kB RAM too much"


def test_a_rune_that_the_board_has_no_room_for_is_marked(client: Client, project: Project, lab: CountingLab) -> None:
    answer = needs(client, arguments={"filters": 128}, boards=["microbit-v1"])
    (row,) = answer["boards"]
    assert row["board"]["name"].startswith("BBC micro:bit")
    assert row["excess"][0]["figure"] == "ram"
    assert row["excess"][0]["of"] == row["board"]["name"]


def needs(client: Client, **body: Any) -> Any:
    request = {"recipe": "motion", "labels": 3, **body}
    answer = client.post(NEEDS, request, content_type="application/json")
    assert answer.status_code == 200, answer.content
    wait_for_counts()
    return client.post(NEEDS, request, content_type="application/json").json()


def test_the_settings_of_a_form_are_counted_on_both_boards(client: Client, project: Project, lab: CountingLab) -> None:
    answer = needs(client, arguments={"filters": 20})
    assert [each["board"]["key"] for each in answer["boards"]] == [PICO, "esp32-c3-devkitm-1"]
    assert [each["ram"] for each in answer["boards"]] == [20_000, 20_000]
    assert answer["is_counting"] is False


def test_why_nothing_can_be_counted_stands_where_the_figure_would(
    client: Client, project: Project, lab: CountingLab
) -> None:
    lab.refusal = "The window is too short."
    answer = counted_sizes(client)
    assert {each["refusal"] for each in answer["sizes"]} == {"The window is too short."}
    assert answer["is_counting"] is False
    backbone = counted_sizes(client, recipe="transfer")
    assert {each["refusal"] for each in backbone["sizes"]} == {
        "The recipe transfer learns behind a model of the project."
    }
    start = needs(client, recipe="keywords", start="words.keras")
    assert start["boards"][0]["refusal"].startswith("Counted at the end of the run")


@each_case(
    ("query", "field"),
    [
        ({"recipe": "none"}, "recipe"),
        ({"board": "none"}, "board"),
        ({"labels": 0}, "labels"),
        ({"labels": 201}, "labels"),
        ({"form": "int3"}, "form"),
    ],
)
def test_what_does_not_exist_is_refused_by_its_name(
    client: Client, project: Project, query: dict[str, Any], field: str
) -> None:
    values: Any = {"recipe": "motion", "board": PICO, "labels": 3, **query}
    answer = client.get(SIZES, values)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"]


def test_on_two_boards_each_figure_is_that_of_the_one_that_needs_more(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch, lab: CountingLab
) -> None:
    one = counted_sizes(client)["sizes"]
    other = counted_sizes(client, board=ESP32)["sizes"]
    both = counted_sizes(client, second_board=ESP32)
    assert [each["key"] for each in both["boards"]] == [PICO, ESP32]
    for first, second, slower in zip(one, other, both["sizes"], strict=True):
        for name in ("ram", "flash", "instructions"):
            assert slower[name] == max(first[name], second[name])
        assert slower["milliseconds"] == max(first["milliseconds"], second["milliseconds"], key=lambda each: each[1])
    assert one[0]["milliseconds"] != other[0]["milliseconds"]
    assert [each["key"] for each in counted_sizes(client, second_board=PICO)["boards"]] == [PICO]


def test_a_limit_that_breaks_on_either_board_is_named(
    client: Client, project: Project, user: User, lab: CountingLab
) -> None:
    text = b"limits:\n  ram:\n    rv32imc: 10 kB\n"
    write_file(user, project, "forge.yml", text)
    small, balanced, _ = counted_sizes(client, second_board=ESP32)["sizes"]
    assert small["excess"] == []
    assert [each["of"] for each in balanced["excess"]] == ["forge.yml"]


@pytest.mark.protects("availability/counted-sizes")
def test_an_organisation_has_few_counts_at_once(
    client: Client, project: Project, lab: CountingLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MAX_WAITING", 0)
    values: dict[str, Any] = {"recipe": "motion", "board": PICO, "labels": 3}
    answer = client.get(SIZES, values)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3")
    assert lab.requests == []


@pytest.mark.protects("availability/counted-sizes")
@each_case(
    "event",
    [
        {},
        {"event": "size", "key": "k", "target": "t", "model": -1, "needs": {}},
        {"event": "size", "key": "other", "target": "t", "refusal": "no"},
        {"event": "size", "key": "k", "target": "other", "refusal": "no"},
        {"event": "size", "key": "k", "target": "t", "refusal": ""},
        {"event": "size", "key": "k", "target": "t", "refusal": "x" * 501},
        {
            "event": "size",
            "key": "k",
            "target": "t",
            "model": 1,
            "needs": {"ram": -1, "flash": 1, "instructions": 1, "not_measured": None},
        },
        "text",
    ],
)
def test_an_impossible_figure_is_not_kept(event: Any) -> None:
    candidate: Any = type("Candidate", (), {"target": "t"})()
    assert not is_possible_size(event, {"k": candidate})
    assert is_possible_size({"event": "size", "key": "k", "target": "t", "refusal": "no"}, {"k": candidate})


def test_strangers_learn_nothing(project: Project, stranger: User) -> None:
    other_client = Client()
    other_client.force_login(stranger)
    assert other_client.get(SIZES, {"recipe": "motion"}).status_code == 404
    assert other_client.post(NEEDS, {"recipe": "motion"}, content_type="application/json").status_code == 404


def test_a_server_that_stops_begins_no_count(
    project: Project, lab: CountingLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forge.learning.training.sizes import figures

    closed = SizeCounter()
    closed.close()
    monkeypatch.setattr(figures, "size_counter", closed)
    assert sizes_of(project, "motion", PICO, 3).is_counting
    assert lab.requests == []


@pytest.mark.slow
@each_case("recipe", ["keywords", "table", "motion-trees"])
def test_the_compiler_counts_what_a_run_will_need(client: Client, project: Project, recipe: str) -> None:
    """The real `lab` runs here."""
    cache.clear()
    answer = counted_sizes(client, recipe=recipe, columns=4)
    if recipe == "motion-trees":
        assert all("are known when it has learned" in each["refusal"] for each in answer["sizes"])
        return
    flash = [each["flash"] for each in answer["sizes"]]
    assert flash == sorted(flash), answer
    assert all(each["ram"] > 100 and each["instructions"] > 100 for each in answer["sizes"])


@each_case("page", ["start?kind=sound", "training?recipe=keywords"])
def test_a_page_that_will_ask_for_sizes_has_the_process_started_that_counts(
    page: str, client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparations: list[Any] = []
    monkeypatch.setattr(waiting_compiler, "prepare", preparations.append)
    assert client.get(f"/acme/kitchen/{page}").status_code == 200
    assert preparations
