"""The chart of a deployment's calls: the last 14 days with today, and the numbers beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.deployments.models import CallsOfDay
from forge.deployments.pages.calls_chart import HEIGHT, SHOWN_DAYS, chart_of
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed

TODAY = date(2026, 11, 18)


def on(days_ago: int, answers: int, refusals: int = 0) -> CallsOfDay:
    return CallsOfDay(day=TODAY - timedelta(days=days_ago), answered=answers, refused=refusals)


def test_a_deployment_that_nobody_called_has_no_bars() -> None:
    chart = chart_of([on(0, 0, refusals=3), on(SHOWN_DAYS, 9)], TODAY)
    assert (chart.is_empty, len(chart.bars), chart.yesterday) == (True, SHOWN_DAYS, 0)


def test_the_highest_bar_fills_the_picture_and_one_call_is_seen() -> None:
    chart = chart_of([on(2, 20_000), on(1, 10_000, refusals=41), on(0, 1)], TODAY)
    before, yesterday, today = chart.bars[-3:]
    assert (before.height, before.y) == (HEIGHT, 0)
    assert (yesterday.height, yesterday.is_yesterday, yesterday.title) == (HEIGHT / 2, True, "17 Nov: 10,000")
    assert today.height == 1
    assert (chart.yesterday, chart.today, chart.refused_yesterday) == (10_000, 1, 41)
    assert all(bar.x + bar.width <= chart.width for bar in chart.bars)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_pages_show_the_calls(
    developer: User, project: Project, browser_of: Callable[[User | None], Client]
) -> None:
    deployment = deployed(developer, project)
    browser = browser_of(developer)
    for page in ("/acme/kitchen/deployments", "/acme/kitchen/deployments/website"):
        assert "No calls in the last 14 days." in browser.get(page).content.decode()
    yesterday = timezone.now().date() - timedelta(days=1)
    CallsOfDay.objects.create(deployment=deployment, day=yesterday, answered=18_420, refused=41)
    for page in ("/acme/kitchen/deployments", "/acme/kitchen/deployments/website"):
        text = browser.get(page).content.decode()
        assert "<b>18,420</b>" in text
        assert "41 calls refused yesterday" in text
