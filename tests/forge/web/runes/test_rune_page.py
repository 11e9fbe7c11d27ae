"""The page of a rune: its picture, its player on pages of others, and the ways to use it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from forge.builds.models import BuildPackage
from forge.deployments.snippets.interface import interface_of
from forge.deployments.snippets.published_runes import PublishedRune, snippets
from forge.player.pages.embed import script_path
from forge.projects.actions import fork_project, update_project
from forge.registry.listings.picture import PictureFacts
from forge.registry.tags.describing.actions import deprecate_tag
from forge.registry.tags.publishing.actions import publish_build
from rune.assessment.evaluation.evaluation import SampleOutcome
from rune.devices.boards.lookup import boards
from tests.support.forge.factories.builds import NEEDS, approved, built, packed
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

SCRIPT = "bc4e0d841ac49c6d9adb835d9b204d4006456180c2c919b468ad29f825e8b161"
"""The digest by which pages of others name it. It never changes; another interface is another file beside it."""


@pytest.fixture
def public(project: Any, developer: Any, owner: Any) -> Any:
    publish_build(developer, packed(approved(built(developer, project)), "c").build, "1.0", notes="**Six** words.")
    return update_project(owner, project, visibility="public", description="Hears <you> & answers.")


@pytest.mark.slow
@pytest.mark.protects("browser/version-notes")
def test_a_visitor_reads_notes_digests_and_every_way_to_use_it(public: Any) -> None:
    page = Client().get("/acme/kitchen").content.decode()
    for text in (
        "<strong>Six</strong> words.",
        "rune pull",
        "&lt;rune-player",
        "rune.load(",
        "rune_kitchen_run(",
        "1.0",
    ):
        assert text in page, text
    for digest in (public.repository.listing.rune_digest, public.repository.tags.get().manifest_id and "sha256:"):
        assert str(digest) in page
    assert "/api/v1/projects/acme/kitchen/tags/1.0/packages/c" in page
    assert "Edit the notes" not in page


@pytest.mark.slow
def test_publishers_write_notes_and_deprecate_on_the_page(
    public: Any, developer: Any, viewer: Any, browser_of: Callable[[Any], Client]
) -> None:
    address = "/acme/kitchen/tags/1.0"
    assert browser_of(viewer).post(address, etag_form(address, do="notes", notes="x")).status_code == 403
    browser = browser_of(developer)
    response = browser.post(address, etag_form(address, do="deprecate", reason=" "))
    assert response.status_code == 400
    assert "Write a reason" in response.content.decode()
    assert browser.post(address, etag_form(address, do="notes", notes="New words")).status_code == 302
    assert browser.post(address, etag_form(address, do="deprecate", reason="Deaf.")).status_code == 302
    page = browser.get("/acme/kitchen/published").content.decode()
    assert "New words" in page
    assert "1.0 is deprecated." in page
    browser.post(address, etag_form(address, do="undeprecate"))
    assert "is deprecated." not in browser.get("/acme/kitchen/published").content.decode()


@pytest.mark.slow
@pytest.mark.protects("browser/link-pictures")
def test_the_picture_is_a_visitors_and_of_a_public_project_alone(
    public: Any, owner: Any, browser_of: Callable[[Any], Client]
) -> None:
    answer = Client().get("/acme/kitchen/picture.png")
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    page = Client().get("/acme/kitchen").content.decode()
    assert f"/acme/kitchen/picture.png?{answer['ETag'].strip(chr(34))}" in page
    facts = PictureFacts("acme", "kitchen", "1.0", "About", ("5 kB",))
    assert facts.digest != PictureFacts("acme", "kitchen", "1.0", "About", ("6 kB",)).digest
    for visibility in ("internal", "private"):
        update_project(owner, public, visibility=visibility)
        assert browser_of(owner).get("/acme/kitchen/picture.png").status_code in (302, 404)
        assert b"og:image" not in browser_of(owner).get("/acme/kitchen").content


@pytest.mark.slow
@pytest.mark.protects("browser/framed-pages")
def test_the_player_stands_in_any_page_but_shows_what_is_public_alone(
    public: Any, developer: Any, owner: Any, browser_of: Callable[[Any], Client]
) -> None:
    deprecate_tag(developer, public, "1.0", "Deaf.")
    page = Client().get("/player/acme/kitchen/embed?tag=1.0")
    assert page.status_code == 200
    assert "X-Frame-Options" not in page
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert 'data-embed="/api/v1/projects/acme/kitchen/tags/1.0/rune"' in page.content.decode()
    assert Client().get("/player/acme/kitchen/embed?tag=9.9").status_code == 404
    other = Client().get("/acme/kitchen")
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    update_project(owner, public, visibility="internal")
    # Also to its owner, whose browser another page could make open it.
    response = browser_of(owner).get("/player/acme/kitchen/embed")
    assert response.status_code == 404
    assert b'data-embed=""' in response.content


@pytest.mark.protects("browser/framed-pages")
def test_the_script_of_other_pages_keeps_its_bytes() -> None:
    answer = Client().get("/player/1.js")
    assert hashlib.sha256(answer.content).hexdigest() == SCRIPT, "pages compare its digest: write 2.js beside it"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.content == script_path().read_bytes()


@pytest.mark.proof
def test_the_ways_without_a_page_run_as_they_stand(tmp_path: Path) -> None:
    """The command, Python and C of a real rune, on what `rune new keywords` makes."""

    def run(*command: str) -> str:
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    rune = (sys.executable, "-m", "rune.tools.cli")
    run(*rune, "new", "keywords")
    report = json.loads(run(*rune, "build", "keywords", "-o", "keywords.rune", "--format", "json"))
    run(*rune, "build", "keywords", "--target", "c", "-o", "package")
    with wave.open(str(tmp_path / "up.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 16000, "NONE", ""))
        sound.writeframes(bytes(32000))
    interface = interface_of(report["report"]["pipeline"])
    assert interface is not None
    usage = snippets(PublishedRune("http://127.0.0.1:8000", "acme/keywords", "1.0", "sha384-x", True), interface, True)
    ways = {way.key: way.text for way in usage}
    assert list(ways) == ["command", "html", "javascript", "python", "c"]
    pull, command = ways["command"].splitlines()
    assert pull == "rune pull http://127.0.0.1:8000/acme/keywords:1.0"
    assert "silence" in run(*rune, *command.split()[1:])
    assert "silence" in run(sys.executable, "-c", ways["python"])
    (tmp_path / "use.c").write_text(ways["c"])
    sources = [str(each) for each in (tmp_path / "package/src").glob("*.c") if "selftest" not in each.name]
    run("gcc", "-std=c99", "-Wall", "-Werror", "-Ipackage/include", "use.c", *sources, "-o", "use")
    run("./use")


@pytest.mark.slow
def test_the_page_says_what_was_measured_and_nothing_else(
    public: Any, developer: Any, stranger: Any, browser_of: Callable[[Any], Client]
) -> None:
    BuildPackage.objects.update(needs=None)
    page = Client().get("/acme/kitchen").content.decode()
    for text in ("How good it is", "Fits ", "Accuracy", "Favourite <span"):
        assert text not in page, text
    build = public.repository.tags.get().build
    packed(build, "cortex-m4", NEEDS | {"ram": 60_000}, b"PK m4")
    outcomes = [SampleOutcome(str(number), "yes" if number % 2 else "no", "yes") for number in range(60)]
    evaluated(build, outcomes)
    fork = fork_project(developer, public, public.organisation, "twin")
    page = Client().get("/acme/kitchen").content.decode()
    assert "Accuracy, 60 recordings" in page
    assert "30 of 60 samples right: 50 % (95 % interval 37.7 % to 62.3 %)" in page
    assert "no, 0 %" in page
    m4 = [board for board in boards() if board.target == "cortex-m4"]
    fitting = sum(board.ram >= 60_000 for board in m4)
    assert 0 < fitting < len(m4)
    assert f"Fits {fitting} of {len(m4)} boards that it was built for" in page
    # Numbers without names; a favourite of somebody without a role is found in Explore.
    browser = browser_of(stranger)
    response = browser.post("/accounts/favourites", {"add": "acme/kitchen", "back": "/acme/kitchen"})
    assert (response.status_code, response["Location"]) == (302, "/acme/kitchen")
    page = " ".join(browser.get("/acme/kitchen").content.decode().split())
    assert 'aria-pressed="true"' in page
    assert 'Favourite <span class="num">1</span>' in page
    assert "acme / kitchen" in " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "kitchen" in browser.get("/explore?mine=favourites").content.decode().partition("<h2")[2]
    assert "None of your favourites" in browser_of(developer).get("/explore?mine=favourites").content.decode()
    visitor = Client().get("/explore?mine=favourites").content.decode()
    assert "My favourites" not in visitor
    fork.delete()
    assert "/accounts/login/?next=/acme/kitchen" in Client().get("/acme/kitchen").content.decode()
