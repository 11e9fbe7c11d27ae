"""Teams, restoring and taking down in real browsers: an organisation, a stranger, and the operator."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    colleague_email,
    create,
    expect_saved,
    invite,
    join,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def operate(forge: LiveForge, *command: str) -> None:
    """Runs a command of the operator where the server runs."""
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=REPOSITORY, env=forge.environment, check=True, timeout=120
    )


def test_a_team_lets_edit_a_colleague_restores_and_a_page_is_taken_down_and_put_back(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, jo = open_page(), open_page()
    problems: list[str] = []
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    project = studio.removesuffix("/studio")
    organisation = project.rpartition("/")[0]
    join(jo, invite(owner, "viewer"), "Jo Okafor")
    jo.goto(studio)
    expect(jo.get_by_role("textbox", name="Runefile.yml")).not_to_be_editable(timeout=PATIENCE)

    # A team gives its people a role; the open studio of one of them hears of it.
    owner.goto(f"{organisation}/-/teams")
    owner.get_by_label("Name", exact=True).fill("audio")
    owner.get_by_role("button", name="Create team").click()
    owner.get_by_label("Email of a member to add").fill(colleague_email("Jo Okafor"))
    owner.get_by_role("button", name="Add").click()
    expect(owner.get_by_role("button", name="Remove Jo Okafor from the team")).to_be_visible(timeout=PATIENCE)
    owner.get_by_label("Projects, several with commas between").fill(project.rpartition("/")[2])
    owner.get_by_role("button", name="Give").click()
    expect(owner.get_by_role("button", name="End the role of the team in")).to_be_visible(timeout=PATIENCE)
    problems += findings(owner)
    expect(jo.get_by_role("textbox", name="Runefile.yml")).to_be_editable(timeout=PATIENCE)

    # A colleague restores a version: it is said, and Undo brings back what stood there.
    owner.goto(studio)
    open_file(jo, "labels.txt")
    response = owner.request.post(
        f"{forge.address}/api/v1/projects/{project.removeprefix(forge.address + '/')}/versions",
        data={"message": "First"},
        headers={"X-CSRFToken": cookie(owner), "Referer": forge.address},
    )
    assert response.ok, response.text()
    number = response.json()["number"]
    replace_in_editor(jo, "labels.txt", "7", "seven")
    expect_saved(jo)
    open_file(owner, "labels.txt")
    text = owner.get_by_role("textbox", name="labels.txt")
    expect(text).to_contain_text("seven", timeout=PATIENCE)
    jo.keyboard.press("Control+Shift+p")
    jo.get_by_role("combobox", name="A command, a file or a stage").fill(">Versions")
    jo.keyboard.press("Enter")
    jo.get_by_role("navigation", name="All versions").get_by_text("First", exact=True).click()
    jo.get_by_role("button", name=f"Restore version {number}").first.click()
    expect(owner.get_by_text(f"Jo Okafor restored version {number}.")).to_be_visible(timeout=PATIENCE)
    expect(text).not_to_contain_text("seven", timeout=PATIENCE)
    owner.get_by_role("button", name="Undo", exact=True).last.click()
    expect(text).to_contain_text("seven", timeout=PATIENCE)

    # The operator takes the public page down, and puts it back.
    owner.goto(f"{project}/settings")
    owner.get_by_label("Public").check()
    owner.get_by_role("button", name="Save").first.click()
    expect(owner.get_by_role("status")).to_have_text("Saved.", timeout=PATIENCE)
    owner.goto(f"{forge.address}/organisations/new")
    owner.get_by_label("Name", exact=True).fill("elsewhere")
    owner.get_by_role("button", name="Create organisation").click()
    owner.wait_for_url("**/elsewhere")
    stranger = open_page()
    join(stranger, invite(owner, "viewer"), "Lee Park")
    name = project.removeprefix(f"{forge.address}/")
    operate(forge, "take_down", name, "Boards got hot.")
    assert stranger.request.get(project).status == 410
    owner.goto(project)
    expect(owner.get_by_text("Boards got hot.")).to_be_visible(timeout=PATIENCE)
    problems += findings(owner)
    operate(forge, "take_down", name, "--restore")
    assert stranger.request.get(project).status == 200
    assert not problems, "\n".join(problems)


def cookie(page: Page) -> str:
    """The token with which the page's own requests are sent."""
    return next(str(each.get("value")) for each in page.context.cookies() if each.get("name") == "csrftoken")
