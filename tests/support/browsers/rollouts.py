"""The pages of rollouts, as a person uses them on a computer and on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.pictures import take_pictures

MOST_STAGES: Final = 5
"""Stages for which the form has fields."""
_CONFIRM: Final = re.compile("Press again to confirm$")


@dataclass(frozen=True)
class TypedStage:
    """A stage as it is typed: its devices, the hours to wait, and whether the next stage waits for a verdict."""

    devices: str
    hours: int
    is_judged: bool = False


def fill_plan(page: Page, version: str, preset: str, stages: Sequence[TypedStage]) -> None:
    """Chooses a version and a preset, and types the stages."""
    page.get_by_role("combobox", name="Version", exact=True).select_option(version)
    page.get_by_role("button", name="Choose").click()
    page.get_by_role("link", name=preset).click()
    for number in range(1, MOST_STAGES + 1):
        fields = page.get_by_role("group", name=f"Stage {number}")
        if number > len(stages):
            fields.get_by_label("Devices").fill("")
            continue
        stage = stages[number - 1]
        fields.get_by_label("Devices").fill(stage.devices)
        fields.get_by_label("Hours to wait").fill(str(stage.hours))
        fields.get_by_label("Hours until people are asked").fill("24")
        fields.get_by_label("Waits for the verdict of").select_option("label mix" if stage.is_judged else "no guard")


def forecast(page: Page, name: str) -> Sequence[str]:
    """Has the form say what the rollout would do, and returns the rows of the stages."""
    page.get_by_role("button", name="What would it do?").click()
    table = page.get_by_role("group", name="The forecast")
    expect(table).to_be_visible()
    take_pictures(page, name)
    return [" ".join(each.split()) for each in table.get_by_role("row").all_inner_texts()[1:]]


def start(page: Page, version: str, devices: int) -> None:
    """Starts the rollout of the form."""
    press_twice(page, page.get_by_role("button", name=f"Start the rollout of {version} to {devices} devices"))
    expect(page.get_by_role("heading", name=f"Rollout of {version} to")).to_be_visible()


def press_twice(page: Page, button: Locator, *, is_touch: bool = False) -> None:
    """Presses a button that asks once more, and presses it again once it can be pressed: two presses and no more."""
    _press(button, is_touch=is_touch)
    again = page.get_by_role("button", name=_CONFIRM)
    expect(again).not_to_have_attribute("aria-disabled", "true")
    _press(again, is_touch=is_touch)


def _press(button: Locator, *, is_touch: bool) -> None:
    if is_touch:
        button.tap()
    else:
        button.click()
