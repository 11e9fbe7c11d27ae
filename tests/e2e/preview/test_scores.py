"""Scores of a model that the host runs: the studio says so, shows percent of probabilities, and gives them names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_label, expect_running, put_file, sign_in
from tests.support.models.model_cases import refused_cases
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    args: {length: 20}
    outputs: [{type: f32, dimensions: [1, 5]}]
  model:
    model: ./logistic.tflite
    inputs: [numbers]
  scores:
    out: SERIAL
    inputs: [model]
"""


def test_scores_of_a_model_that_the_host_runs_are_percent_and_get_names(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "The sine of a number")
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32")
    put_file(page, "logistic.tflite", model)
    put_file(page, "Runefile.yml", RUNEFILE.encode())
    expect_warning(page)
    page.get_by_role("slider", name="Value 3").fill("0.5")
    card = page.get_by_role("region", name="Output scores")
    expect(card.get_by_role("term").first).to_have_text("2", timeout=PATIENCE)
    # logistic(0.5) is 0.62, and logistic(0) is 0.5.
    expect(card.get_by_text("62 %")).to_be_visible()
    expect(card.get_by_text("50 %")).to_have_count(4)
    card.get_by_role("button", name="Add labels").click()
    expect(page.get_by_role("tab", name="labels.txt", selected=True)).to_be_visible(timeout=PATIENCE)
    expect_label(page, "answer", "class 2")
    expect_running(page)


def expect_warning(page: Page) -> None:
    """Amber, counted as a warning, with the reason and what follows."""
    warning = page.get_by_role("contentinfo").get_by_role("button", name="1 warning")
    expect(warning).to_be_visible(timeout=PATIENCE)
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("has operators that cannot be compiled yet: RELU_0_TO_1")).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_text("not verified bit for bit")).to_be_visible()
    expect(panel.get_by_label("Warning")).to_have_count(1)
