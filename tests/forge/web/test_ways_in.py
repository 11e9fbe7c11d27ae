"""The ways to begin: of one's own examples, of a template that runs in the page, of a file; and the rows of projects
that end in their next step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forge.accounts.models import Membership, Organisation, User
from forge.builds.models import Build, Preview
from forge.projects.actions import create_project
from forge.projects.creating.own_examples import EXAMPLE_KINDS, ExampleKind
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.web.home import FEW_PROJECTS
from rune.running.runtime import Runtime
from rune.source.templates import list_templates
from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built, failed_build, waiting

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


@each_case("kind", EXAMPLE_KINDS)
def test_one_press_makes_a_project_for_examples_of_a_kind(
    kind: ExampleKind, browser_of: Browser, developer: User
) -> None:
    key, name = kind.key, kind.project_name
    browser = browser_of(developer)
    assert f'name="kind" value="{key}"' in browser.get("/new").content.decode()
    for expected_name in (name, f"{name}-2"):
        answer = browser.post("/new", {"organisation": "acme", "kind": key})
        assert answer["Location"] == f"/acme/{expected_name}/start?kind={key}"
        assert Project.objects.filter(name=expected_name, created_by=developer).exists()


def test_a_kind_that_does_not_exist_makes_no_project(browser_of: Browser, developer: User) -> None:
    answer = browser_of(developer).post("/new", {"organisation": "acme", "kind": "smell"})
    assert answer.status_code == 400
    assert "There are no examples of the kind smell." in answer.content.decode()
    assert not Project.objects.exists()


def test_each_template_of_the_page_has_a_rune_that_runs_and_its_recordings(
    browser_of: Browser, developer: User
) -> None:
    for address in ("/", "/new"):
        page = browser_of(developer).get(address).content.decode()
        cards = re.findall(
            r'value="([\w-]+)"\s+data-answers data-template-rune="([^"]+)" data-examples="([^"]*)"', page
        )
        assert [name for name, _, _ in cards] == [template.name for template in list_templates()]
    for name, rune_url, recordings in cards:
        root = Path(settings.STATIC_ROOT)
        assert Runtime.load((root / rune_url.removeprefix(settings.STATIC_URL)).read_bytes()).capabilities, name
        for file in json.loads(recordings.replace("&quot;", '"')):
            assert (root / file["url"].removeprefix(settings.STATIC_URL)).is_file()


def test_the_page_names_all_that_can_be_brought(browser_of: Browser, developer: User) -> None:
    page = compact(browser_of(developer).get("/").content.decode())
    for suffix in (".tflite", ".keras", ".onnx", ".pt2", ".rune", ".zip"):
        assert f"<code>{suffix}</code>" in page
    assert 'href="/new/from-git"' in page


def _step(client: Client, name: str) -> tuple[str, str]:
    """The next step of a project's row on the home page: its words and its address."""
    page = client.get("/").content.decode()
    match = re.search(rf'<a href="([^"]+)">([^<]+)<span class="aloud">: {name}</span></a>', page)
    assert match is not None
    return match[2], match[1]


def test_the_row_of_a_project_ends_in_its_next_step(
    client: Client, developer: User, organisation: Organisation
) -> None:
    create_project(developer, organisation, "door")
    assert _step(client, "door") == ("Begin", "/acme/door")
    page = compact(client.get("/").content.decode())
    assert "no model yet" in page
    project = create_project(developer, organisation, "digits", "digits")
    build = built(developer, project)
    assert _step(client, "digits") == ("Publish", f"/acme/digits/builds/{build.number}/publish")
    publish_build(developer, approved(build), "1.0")
    assert _step(client, "digits") == ("Deploy", "/acme/digits/deployments")


def test_many_projects_a_filter_and_anything_that_waits_show_the_list(
    client: Client, developer: User, organisation: Organisation
) -> None:
    first = create_project(developer, organisation, "first")
    heading = "What should your app notice?"
    assert heading in client.get("/").content.decode()
    for address in ("/?view=list", "/?q=fir"):
        assert heading not in client.get(address).content.decode()
    build = waiting(developer, first)
    assert heading not in client.get("/").content.decode()
    Build.objects.filter(pk=build.pk).delete()
    assert heading in client.get("/").content.decode()
    for number in range(FEW_PROJECTS):
        create_project(developer, organisation, f"more-{number}")
    assert heading not in client.get("/").content.decode()
    assert heading in client.get("/new").content.decode()


def test_a_viewer_of_a_project_is_offered_no_step_that_they_may_not_take(
    browser_of: Browser, developer: User, viewer: User, organisation: Organisation
) -> None:
    home = Organisation.objects.create(name="lab")
    Membership.objects.create(organisation=home, user=viewer, role="owner")
    project = create_project(developer, organisation, "door")
    assert _step(browser_of(viewer), "door") == ("Look at it", "/acme/door")
    failed_build(developer, project)
    assert _step(browser_of(viewer), "door")[0] == "See why it failed"


def test_an_empty_project_shows_three_doors_and_no_figure(
    client: Client, developer: User, organisation: Organisation
) -> None:
    create_project(developer, organisation, "door")
    page = compact(client.get("/acme/door").content.decode())
    for title in ("Record examples", "Start from something that works", "Bring a model or a rune"):
        assert title in page
    for text in ("How good it is", "Accuracy", "Waiting for you", "Published</h2>"):
        assert text not in page
    assert 'href="/acme/door/start?kind=motion"' in page
    assert re.search(r'<a class="button quiet" href="/acme/door/studio">', page)


def test_an_empty_project_that_the_studio_has_shown_is_still_empty(
    client: Client, developer: User, organisation: Organisation
) -> None:
    project = create_project(developer, organisation, "door")
    outline: dict[str, list[object]] = {"nodes": [], "wires": []}
    Preview.objects.update_or_create(project=project, defaults={"state": "ready", "outline": outline})
    assert "Record examples" in client.get("/acme/door").content.decode()


def test_an_empty_project_begins_with_a_template_and_once_alone(
    client: Client, developer: User, organisation: Organisation
) -> None:
    project = create_project(developer, organisation, "door")
    answer = client.post("/acme/door/begin", {"template": "sine"})
    assert answer["Location"] == "/acme/door/studio"
    template = next(each for each in list_templates() if each.name == "sine")
    assert [file.path for file in list_files(project)] == sorted(template.paths)
    assert "Record examples" not in client.get("/acme/door").content.decode()
    assert client.post("/acme/door/begin", {"template": "digits"}).status_code == 409
    assert [file.path for file in list_files(project)] == sorted(template.paths)


def test_an_empty_project_begins_with_a_model(client: Client, developer: User, organisation: Organisation) -> None:
    project = create_project(developer, organisation, "door")
    damaged_model = SimpleUploadedFile("wave.tflite", b"not a model")
    assert client.post("/acme/door/begin", {"model": damaged_model}).status_code == 422
    model = SimpleUploadedFile("wave.tflite", (REPOSITORY / "examples/sine/sine.tflite").read_bytes())
    assert client.post("/acme/door/begin", {"model": model})["Location"] == "/acme/door/studio"
    files = {file.path: file for file in list_files(project)}
    assert set(files) == {"Runefile.yml", "models/wave.tflite"}
    assert "model: ./models/wave.tflite" in (files["Runefile.yml"].text or "")


def test_who_may_not_edit_an_empty_project_is_shown_no_door(
    browser_of: Browser, developer: User, viewer: User, organisation: Organisation
) -> None:
    project = create_project(developer, organisation, "door")
    page = browser_of(viewer).get("/acme/door").content.decode()
    assert "This project is empty." in page
    assert "Record examples" not in page
    assert browser_of(viewer).post("/acme/door/begin", {"template": "sine"}).status_code == 403
    assert [file.path for file in list_files(project)] == ["Runefile.yml"]
