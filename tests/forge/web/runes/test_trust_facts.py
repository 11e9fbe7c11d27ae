"""The facts that a visitor reads before a rune of an organisation they do not belong to runs: what it asks for, and
where it came from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.projects.actions import update_project
from forge.registry.models import Rebuild
from forge.registry.tags.publishing.actions import publish_build
from rune.wording import size_text
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.pages import Browser, text_of

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen?tag=1.0"
COMPARE = "/compare?one=acme/kitchen:1.0&other=acme/kitchen:1.0"
HOST_MODEL = {"file": "words.tflite", "stage": "words", "runs": "host"}
COMPILED_MODEL = {"file": "small.tflite", "stage": "small", "runs": "compiled"}


def outline(*capabilities: str) -> dict[str, Any]:
    nodes = [
        {"name": f"in{line}", "kind": "capability", "detail": detail, "line": line, "file": None}
        for line, detail in enumerate(capabilities, start=1)
    ]
    return {"nodes": nodes, "wires": []}


def published(project: Any, people: dict[str, Any], *capabilities: str, **report: Any) -> Any:
    """Version 1.0 of a public project, whose rune reads these capabilities."""
    build = approved(built(people["developer"], project, outline=outline(*capabilities), **report))
    publish_build(people["developer"], build, "1.0")
    update_project(people["owner"], project, visibility="public")
    return build


def facts(client: Client, address: str = PAGE) -> dict[str, str]:
    """The description list of a stranger's rune as words; empty where the page has none."""
    page = client.get(address).content.decode()
    match = re.search(r'<dl class="facts num">\s*<dt>Sensors.*?</dl>', page, re.DOTALL)
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", match[0] if match else "", re.DOTALL)
    return {term: " ".join(re.sub(r"<[^>]*>", " ", words).split()) for term, words in pairs}


@pytest.mark.slow
@pytest.mark.protects("runes/unasked-starts")
def test_strangers_press_a_button_first_and_members_do_not(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    published(project, people, "SOUND 16 kHz")
    for name, person in people.items():
        page = browser_of(person).get(PAGE).content.decode()
        is_stranger = name in ("stranger", "anonymous")
        assert ("data-start" in page) == is_stranger
        assert ("you are no member there" in page) == is_stranger
        assert ("The rune runs here, in your browser" in page) != is_stranger
        assert bool(facts(browser_of(person))) == is_stranger


@pytest.mark.slow
@pytest.mark.parametrize(
    ("capabilities", "sensors"),
    [
        (("SOUND 16 kHz",), "Microphone"),
        (("IMAGE 96 x 96",), "Camera"),
        (("FLOAT_IMAGE 96 x 96",), "Camera"),
        (("ACCEL",), "Motion sensor"),
        (("ACCEL", "IMAGE 28 x 28", "SOUND 16 kHz", "SOUND 8 kHz"), "Microphone Camera Motion sensor"),
        (("RAW", "RAND"), "None"),
    ],
)
def test_it_says_which_sensors_a_rune_reads(
    project: Any, people: dict[str, Any], capabilities: tuple[str, ...], sensors: str
) -> None:
    published(project, people, *capabilities)
    assert facts(Client())["Sensors"] == sensors


@pytest.mark.slow
def test_it_says_which_models_the_page_runs_the_memory_and_who_published(project: Any, people: dict[str, Any]) -> None:
    build = published(project, people, "RAW", models=[COMPILED_MODEL, HOST_MODEL])
    values = facts(Client())
    assert values["Models that the page runs for it"] == "words.tflite"
    assert values["Memory"].replace("\xa0", " ") == size_text(build.artefact.planned_memory).replace("\xa0", " ")
    assert values["Published by"] == "acme, approved by 1 of its people"
    assert values["Signature"] == "None: only this server says where it came from"


@pytest.mark.slow
def test_a_rune_without_models_of_its_host_asks_for_none(project: Any, people: dict[str, Any]) -> None:
    published(project, people, "RAW", models=[COMPILED_MODEL])
    assert facts(Client())["Models that the page runs for it"] == "None"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("digest", "error", "words"),
    [
        (None, "", "Not made yet"),
        ("same", "", "The same bytes"),
        ("other", "", "Different bytes"),
        ("", "It ended early.", "It could not be built again"),
    ],
)
def test_it_says_what_a_second_build_gave(
    project: Any, people: dict[str, Any], digest: str | None, error: str, words: str
) -> None:
    artefact = published(project, people, "RAW").artefact
    if digest is not None:
        digest = {"same": artefact.digest, "other": "sha256:" + "0" * 64, "": ""}[digest]
        Rebuild.objects.create(
            artefact=artefact,
            digest=digest,
            differences=[],
            error=error,
            created=timezone.now(),
        )
    assert facts(Client())["Second build"] == words


@pytest.mark.slow
@pytest.mark.protects("runes/unasked-starts")
def test_comparing_says_it_of_each_rune_of_others_too(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    published(project, people, "SOUND 16 kHz", rune=RUNE)
    for person in (people["stranger"], None):
        assert "Both runes are of people whose projects you cannot read" in text_of(browser_of(person).get(COMPARE))
        assert facts(browser_of(person), COMPARE)["Sensors"] == "Microphone"
    assert not facts(browser_of(people["viewer"]), COMPARE)
