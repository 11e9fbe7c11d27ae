"""The pages of boards: which boards a build fits, what is said of each, and who chooses targets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import choose_for_builds
from forge.builds.choices import choices_of
from forge.builds.target_boards import USUAL
from rune.devices.boards.lookup import boards
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import NEEDS, PLANNED, built, packed, refused
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

SOUND = NEEDS | {"ram": 60_000, "instructions": 32_000_000, "period": 500.0}


def rows(page: str) -> dict[str, str]:
    """The table's rows as text, by the board's name."""
    cells = {}
    for row in re.findall(r"<tr[^>]*>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", row).split())
        cells[" ".join(re.sub(r"<[^>]+>", "", row.partition("</b>")[0]).split())] = text
    return cells


@pytest.mark.slow
def test_firmware_for_a_board_is_the_package_of_its_core_too(client: Client, developer: Any, project: Any) -> None:
    client.force_login(developer)
    build = built(developer, project)
    packed(build, "pico", SOUND)
    page = client.get(f"/acme/kitchen/builds/{build.number}/boards?all=1&board=raspberry-pi-pico").content.decode()
    cells = rows(page)
    assert "Fits" in cells["Raspberry Pi Pico"]
    assert "Fits" in cells["Raspberry Pi Pico W"]
    assert "No package" in cells["Nordic nRF52840 DK"]
    assert "packages/pico" in page
    packed(build, "cortex-m0plus", SOUND | {"ram": 10**9}, b"PK m0")
    both = rows(client.get(f"/acme/kitchen/builds/{build.number}/boards?all=1").content.decode())
    assert "Fits" in both["Raspberry Pi Pico"]
    assert "Too large" in both["Raspberry Pi Pico W"]


@pytest.mark.slow
def test_each_board_fits_or_says_by_how_much_it_does_not(client: Client, developer: Any, project: Any) -> None:
    client.force_login(developer)
    build = built(developer, project)
    packed(build, "cortex-m4", SOUND)
    packed(build, "cortex-m0plus", SOUND | {"instructions": 300_000_000}, b"PK m0")
    packed(build, "c", PLANNED, b"PK c")
    refused(build, "rv32imc")
    page = client.get(f"/acme/kitchen/builds/{build.number}/boards?all=1&board=esp32-devkit").content.decode()
    page = compact(page)
    cells = rows(page)
    assert len(cells) == len(boards())
    assert "Fits" in cells["Nordic nRF52840 DK"]
    assert "may be slow" in cells["Nordic nRF52840 DK"]
    assert "500 ms to 1 s" in cells["Nordic nRF52840 DK"]
    assert "100 % to 200 % of 500 ms" in cells["Nordic nRF52840 DK"]
    assert "too slow" in cells["Raspberry Pi Pico"]
    assert "Too large RAM by 27.2 kB" in cells["Arduino UNO R4 Minima"]
    assert "May fit" in cells["ESP32 Dev Module"]
    assert "No estimate" in cells["ESP32 Dev Module"]
    assert "No package not built for cortex-m7" in cells["Teensy 4.1"]
    assert "Refused" in cells["ESP32-C3-DevKitM-1"]
    assert "The model needs its host." in page
    # The chosen board: its drawing, its package, and what of its figures is the least.
    assert 'aria-label="Drawing of ESP32 Dev Module"' in page
    assert "Nothing is executed for Xtensa LX6" in page
    assert f"/api/v1/builds/{build.pk}/packages/c" in page
    assert "the least that it needs" in page
    for target in ("c", "cortex-m0plus", "cortex-m4"):
        assert f'href="/api/v1/builds/{build.pk}/packages/{target}" download aria-label' in page
    words = client.get(f"/acme/kitchen/builds/{build.number}/boards?q=nordic+M4").content.decode()
    assert list(rows(words)) == ["Nordic nRF52840 DK"]
    assert "No board matches" in client.get(f"/acme/kitchen/builds/{build.number}/boards?q=z80").content.decode()
    fitting = rows(client.get(f"/acme/kitchen/builds/{build.number}/boards?show=fit&all=1").content.decode())
    assert "Teensy 4.1" not in fitting
    assert "ESP32 Dev Module" in fitting


@pytest.mark.slow
def test_targets_are_chosen_on_the_page_of_the_project(
    client: Client, developer: Any, viewer: Any, project: Any
) -> None:
    client.force_login(viewer)
    assert client.post("/acme/kitchen/boards", {"targets": ["c"]}).status_code == 403
    assert "Save targets" not in client.get("/acme/kitchen/boards").content.decode()
    client.force_login(developer)
    empty = compact(client.get("/acme/kitchen/boards").content.decode())
    assert "choose the processors of your boards" in empty
    assert client.post("/acme/kitchen/boards", etag_form("/acme/kitchen/boards", targets=["z80"])).status_code == 400
    answer = client.post("/acme/kitchen/boards", etag_form("/acme/kitchen/boards", targets=["c", "cortex-m4"]))
    assert answer.status_code == 302
    assert choices_of(project).targets == ("c", "cortex-m4")
    # The project's page is that of the last build that has packages.
    choose_for_builds(developer, project, {"targets": []})
    build = built(developer, project)
    packed(build)
    built(developer, project)
    page = compact(client.get("/acme/kitchen/boards").content.decode())
    assert compact(f"Build {build.number}</a> of kitchen") in page
    assert compact(f"of {len(boards())}</b> boards") in page


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-settings")
def test_targets_that_somebody_else_chose_meanwhile_are_not_replaced_unseen(
    client: Client, developer: Any, owner: Any, project: Any
) -> None:
    client.force_login(developer)
    form = etag_form("/acme/kitchen/boards", targets=["c"])
    assert f'name="etag" value="{form["etag"]}"' in compact(client.get("/acme/kitchen/boards").content.decode())
    choose_for_builds(owner, project, {"targets": ["cortex-m4"]})
    for stale in (form, {"targets": ["c"]}):
        answer = client.post("/acme/kitchen/boards", stale)
        assert answer.status_code == 412
        assert "Somebody else changed the build settings." in answer.content.decode()
        assert choices_of(project).targets == ("cortex-m4",)
    assert client.post("/acme/kitchen/boards", etag_form("/acme/kitchen/boards", targets=["c"])).status_code == 302
    assert choices_of(project).targets == ("c",)


def test_the_boards_that_most_people_have_come_first_and_name_the_targets(
    client: Client, developer: Any, project: Any
) -> None:
    client.force_login(developer)
    build = built(developer, project)
    packed(build, "cortex-m0plus", SOUND)
    page = client.get("/acme/kitchen/boards").content.decode()
    assert next(iter(rows(page))) == "Raspberry Pi Pico"
    assert set(USUAL) <= {board.key for board in boards()}
    targets = compact(page[page.index('id="targets"') :])
    assert "<b>Raspberry Pi Pico, Raspberry Pi Pico W, Arduino Nano RP2040 Connect and 3 more</b>" in targets
    assert "cortex-m0plus: sources and a library" in targets
    titles = re.findall(r"<span><b>(.+?)</b>", targets)
    assert "Raspberry Pi Pico, with firmware" in titles
    assert len(set(titles)) == len(titles) == len(re.findall('name="targets"', targets))
    names = re.findall(r'name="targets" value="([^"]+)"', page)
    assert names[:4] == ["pico", "cortex-m0plus", "cortex-m33", "cortex-m4"]
    assert set(names[-3:]) == {"aarch64-linux", "cortex-m55", "x86_64-linux"}, "no board has them"


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("/acme/kitchen/devices", "/acme/kitchen/boards"),
        ("/acme/kitchen/builds/2/devices?q=m4", "/acme/kitchen/builds/2/boards?q=m4"),
    ],
)
def test_the_former_addresses_lead_to_the_present_ones(client: Client, former: str, now: str) -> None:
    assert client.get(former)["Location"] == now
