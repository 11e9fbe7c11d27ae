"""The page of a rollout in shadow: the former version answers, two guards judge, and going back ends the shadow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.deployments.models import Deployment
from forge.rollouts.actions.deciding import take_rollout_back
from tests.support.forge.rollouts import RolloutFleet

pytestmark = pytest.mark.django_db

SIX_IN_SHADOW: Final[dict[str, Any]] = {
    "stages": [
        {"size": "share", "amount": 0.75, "hours": 2, "shadow": True},
        {"size": "count", "amount": 2, "hours": 1},
        {"size": "share", "amount": 0.5, "hours": 1},
        {"size": "all", "hours": 1},
    ]
}


@pytest.fixture
def page_of(developer: User, browser_of: Callable[[User | None], Client]) -> Callable[[Deployment], str]:
    def words(deployment: Deployment) -> str:
        answer = browser_of(developer).get(f"{deployment.get_absolute_url()}/rollouts/1")
        assert answer.status_code == 200, answer.content
        return " ".join(answer.content.decode().split())

    return words


def test_it_says_that_the_former_version_answers(fleet: RolloutFleet, page_of: Callable[[Deployment], str]) -> None:
    fleet.start(SIX_IN_SHADOW)
    fleet.carry_on()
    page = page_of(fleet.deployment)
    assert "6 of 8 devices run 2.0 in shadow, beside 1.0, which answers." in page
    assert "<b>6 run 2.0 in shadow</b> and count where it disagrees with 1.0." in page
    assert "<b>1.0 answers</b> on all 8 devices." in page
    assert "Go back ends 2.0 in shadow on 6 devices within" in page
    assert "keep 1.0" not in page
    for name, is_shown in (("Failed installs", True), ("Disagreement in shadow", True), ("Label mix", False)):
        assert (f'<th scope="row">{name}' in page) == is_shown, name


def test_going_back_ends_once_nothing_runs_beside(fleet: RolloutFleet, page_of: Callable[[Deployment], str]) -> None:
    fleet.start(SIX_IN_SHADOW)
    fleet.carry_on()
    take_rollout_back(fleet.person, fleet.rollout)
    fleet.sign()
    assert fleet.look().state == "going-back"
    page = page_of(fleet.deployment)
    assert 'aria-label="0 of 6 devices are back on 1.0"' in page
    assert "2.0 stops running in shadow. 1.0 answers on all devices, as before." in page
    assert fleet.carry_on().state == "went-back"
    page = page_of(fleet.deployment)
    assert 'aria-label="6 of 6 devices are back on 1.0"' in page
    assert "1.0 answers on all devices, as before. 2.0 never answered." in page
    assert "<b>Nothing is downloaded:</b> 1.0 ran all along." in page


def test_the_card_of_a_stage_counts_the_devices_of_the_stages_before_it(
    fleet: RolloutFleet, page_of: Callable[[Deployment], str]
) -> None:
    fleet.start({"stages": [{"size": "count", "amount": 2, "hours": 0}, {"size": "share", "amount": 0.5, "hours": 5}]})
    fleet.carry_on()
    fleet.carry_on()
    page = page_of(fleet.deployment)
    assert "<b>50 %</b>" in page
    assert "<span>2 devices, 0 minutes</span>" in page
    assert "<span>4 devices, 0 minutes</span>" in page
