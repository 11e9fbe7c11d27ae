"""Each page, filter, body and command that offers a choice from a declared list offers all of it.

A place that leaves something out says here why. A new value of a list is offered everywhere, or a test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import click
import pytest
from django.test import Client
from django_filters import ChoiceFilter

from forge.accounts.audit.export import ExportFormat
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.models import User
from forge.accounts.organisations.pages.organisation import MemberFilter
from forge.accounts.roles import Role
from forge.accounts.teams.actions import create_team
from forge.core.api.acts import act_of
from forge.core.audit.messages import AuditTopic
from forge.core.events.declarations import webhook_topics
from forge.core.http.filters import ListFilter
from forge.datasets.consent_terms import DAYS_OFFERED, Purpose
from forge.datasets.models.collecting import CollectingAudience
from forge.datasets.models.samples import SampleKind
from forge.datasets.samples.filters import DataFilter
from forge.jobs.lists.filters import JobFilter
from forge.notices.inbox.filters import NoticeFilter
from forge.notices.rules import Level, MailChoice
from forge.projects.models import Project, Visibility
from forge.projects.people.pages.teams import TeamFilter, TeamProjectFilter
from forge.registry.distribution.mirrors.models import MirrorDirection
from forge.web.explore import ExploreFilter
from forge.web.projects.filters import ProjectFilter
from forge.webhooks.actions import change_webhook, create_webhook
from lab.command import convert, search, train
from rune.aim import AIMS
from rune.assessment.evaluation.labelled import EvaluationSplit
from rune.compiler.targets.lookup import targets
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.devices.emulation.cores import CORES
from rune.model.profile import PROFILES
from rune.source.policy.sections.models import CALIBRATIONS, MODEL_FORMS
from rune.source.templates import list_templates
from rune.tools.cli.assessment import evaluate, fit, verify
from rune.tools.cli.building import build
from rune.tools.cli.data import data
from rune.tools.cli.running import mlperf
from rune.tools.mlperf.benchmarks import BENCHMARKS
from rune.tools.signing.keys import Algorithm
from tests.support.forge.factories.evaluations import give
from tests.support.forge.offered_values import offered_values

_OWNERS_LEAD = "an owner of an organisation leads all of its projects: one project has no owners of its own"
_ORGANISATION, _PROJECT = "/acme/-", "/acme/kitchen"

Values = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Place:
    """A field of a page, and the list that it offers. `left_out` are values that it does not, with the reasons."""

    address: str
    name: str
    declared: Values
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.address} {self.name}"


PLACES = [
    Place(f"{_ORGANISATION}/settings/webhooks", "topics", webhook_topics),
    Place(f"{_ORGANISATION}/settings/signing", "algorithm", lambda: Algorithm),
    Place(f"{_ORGANISATION}/settings/audit", "what", lambda: AuditTopic),
    Place(f"{_ORGANISATION}/settings/audit", "as", lambda: ExportFormat),
    Place(
        "/accounts/audit", "what", lambda: AuditTopic,
        {
            topic: "it is about organisations and projects, whose entries are in their logs"
            for topic in AuditTopic
            if topic not in (AuditTopic.SIGN_INS, AuditTopic.ACCOUNTS, AuditTopic.TOKENS, AuditTopic.REFUSALS)
        },
    ),
    Place(f"{_ORGANISATION}/members", "role", lambda: Role),
    Place("/accounts/notices/settings", "mail", lambda: MailChoice),
    Place("/new", "template", lambda: [each.name for each in list_templates()]),
    Place(f"{_PROJECT}/builds", "level", lambda: Level),
    Place(f"{_PROJECT}/settings", "visibility", lambda: Visibility.values),
    Place(f"{_PROJECT}/share", "role", lambda: Role, {Role.OWNER: _OWNERS_LEAD}),
    Place(f"{_PROJECT}/published/mirrors", "direction", lambda: MirrorDirection.values),
    Place(
        f"{_PROJECT}/boards", "targets", lambda: [each.name for each in targets()],
        {each.name: "it is the rune itself, which each build makes" for each in targets() if each.makes_rune},
    ),
    Place(f"{_PROJECT}/boards", "optimize_packages", lambda: AIMS),
    Place(f"{_PROJECT}/data/import", "purposes", lambda: Purpose),
    Place(f"{_PROJECT}/data/import", "days", lambda: [str(days) for days, _ in DAYS_OFFERED]),
    Place(f"{_PROJECT}/data/collect", "purposes", lambda: Purpose),
    Place(
        f"{_PROJECT}/data/collect", "audience", lambda: CollectingAudience.values,
        dict.fromkeys(("devices", "pages"), "a request for samples on Watch makes its link"),
    ),
    Place(
        f"{_PROJECT}/data/collect", "kind", lambda: SampleKind.values,
        {SampleKind.TABLE: "a phone records no table: boards and imports give those"},
    ),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_page_offers_all_of_a_declared_list(
    place: Place, project: Project, owner: User, browser_of: Callable[[User], Client]
) -> None:
    page = browser_of(owner).get(place.address.format(project=project))
    assert page.status_code == 200, place.address
    declared_values = {str(value) for value in place.declared()}
    left_out = {str(value) for value in place.left_out}
    assert left_out <= declared_values
    assert offered_values(page.content.decode(), place.name) == declared_values - left_out


@dataclass(frozen=True)
class FilteredPage:
    """A page with a list, and its filters. `left_out` are those that the page does not offer, with the reasons."""

    filters: type[ListFilter]
    address: str
    left_out: Mapping[str, str] = field(default_factory=dict)


_CHECKS = ("unlabelled", "disputed", "unmarked", "wrong", "suspect", "alike", "outlier", "proposal")
"""The filters of data for samples with a problem: tests/forge/datasets has some of each."""

FILTERED_PAGES = [
    FilteredPage(JobFilter, f"{_ORGANISATION}/jobs"),
    FilteredPage(MemberFilter, f"{_ORGANISATION}/members"),
    FilteredPage(TeamFilter, f"{_ORGANISATION}/teams"),
    FilteredPage(TeamProjectFilter, f"{_ORGANISATION}/teams/kitchen?sort=changed"),
    FilteredPage(ProjectFilter, "/?view=list"),
    FilteredPage(ExploreFilter, "/explore"),
    FilteredPage(NoticeFilter, "/accounts/notices", {"show=open": "the page shows it without a choice"}),
    FilteredPage(
        DataFilter,
        f"{_PROJECT}/data",
        {
            "order=newest": "the page has it without a choice",
            **{f"{name}=false": "the page offers the samples with a problem, and all" for name in _CHECKS},
            **{f"{name}=true": "the page offers a check that found samples; this one found none" for name in _CHECKS},
            **dict.fromkeys(("consent=ends-soon", "consent=missing"), "the same, of consents"),
        },
    ),
]


@pytest.mark.parametrize("filtered", FILTERED_PAGES, ids=lambda each: each.filters.__name__)
def test_a_list_offers_each_value_of_its_filters(
    filtered: FilteredPage, project: Project, owner: User, browser_of: Callable[[User], Client]
) -> None:
    fill(project, owner)
    page = browser_of(owner).get(filtered.address).content.decode()
    missing = {
        f"{name}={value}"
        for name, values in _choices_of(filtered.filters)
        for value in values - offered_values(page, name)
    }
    assert missing - set(filtered.left_out) == set()


def fill(project: Project, owner: User) -> None:
    """Makes a team and a sample: a page without rows has no filters."""
    create_team(owner, project.organisation, "kitchen")
    give(owner, project, b"1,2,3\n", "up")


def _choices_of(filters: type[ListFilter]) -> Iterator[tuple[str, set[str]]]:
    for name, each in filters.base_filters.items():
        if isinstance(each, ChoiceFilter):
            choices = each.extra["choices"]
            yield name, {str(value) for value, _ in (choices() if callable(choices) else choices)}


def test_each_filter_with_choices_has_its_page_here() -> None:
    chosen_from = {each for each in _subclasses(ListFilter) if any(_choices_of(each))}
    assert chosen_from == {each.filters for each in FILTERED_PAGES}
    assert EntryFilter not in chosen_from, "the audit log has its topics in PLACES"


def _subclasses(base: type[Any]) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        if each.__module__.startswith("forge."):
            yield each
            yield from _subclasses(each)


@pytest.mark.parametrize("act", [create_webhook, change_webhook])
def test_a_webhook_of_the_api_takes_all_topics_at_once(act: Callable[..., Any]) -> None:
    serializer = act_of(act).serializer
    assert serializer is not None
    body = serializer(data={"url": "https://example.org", "topics": list(webhook_topics())})
    assert body.is_valid(), body.errors


COMMANDS: list[tuple[click.Command, str, Iterable[str], Mapping[str, str]]] = [
    (train.command, "count", CORES, {}),
    (search.command, "target", CORES, {}),
    (convert.command, "quantize", MODEL_FORMS, {}),
    (convert.command, "calibration", CALIBRATIONS, {}),
    (build.command, "optimize", AIMS, {}),
    (build.command, "match", PROFILES, {}),
    (fit.command, "optimize", AIMS, {}),
    (fit.command, "match", PROFILES, {}),
    (verify.command, "match", PROFILES, {}),
    (evaluate.command, "split", EvaluationSplit, {}),
    (data.pull, "layout", EXPORT_LAYOUTS, {}),
    (mlperf.command, "benchmark", BENCHMARKS, {}),
]
"""Options of the command with a declared list, and what they leave out, with the reasons."""


@pytest.mark.parametrize(
    ("command", "option", "values", "left_out"),
    COMMANDS,
    ids=lambda value: getattr(value, "name", None) or str(value)[:12],
)
def test_an_option_of_the_command_offers_all_of_a_declared_list(
    command: click.Command, option: str, values: Iterable[str], left_out: Mapping[str, str]
) -> None:
    (choice,) = (
        each.type
        for each in command.params
        if isinstance(each.type, click.Choice) and each.opts[-1].strip("-") == option
    )
    assert set(map(str, values)) - set(left_out) <= {str(each) for each in choice.choices}
