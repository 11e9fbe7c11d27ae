"""The home page: waiting decisions, recent activity, favourites, and the list of projects with its filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, Organisation, Role, User
from forge.builds.contents import keep_contents, sensors_of
from forge.builds.models import Build, Preview, ProjectContents
from forge.projects.actions import mark_favourite
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review
from forge.web.home import activity_beside
from forge.web.projects.listing import ON_A_PAGE
from forge.web.projects.overview import changes_beside
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built, failed_build, set_job

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


def _listed(client: Client, address: str = "/") -> list[str]:
    """The names of the projects in the list of a page, in order."""
    page = client.get(address).content.decode()
    part = page.partition('id="projects"')[2].partition("</section>")[0]
    return re.findall(r'aria-label="Favourite: ([^"]+)"', part)


@pytest.fixture
def projects(organisation: Organisation, developer: User) -> dict[str, Project]:
    """Four projects, the last of which changed last, one of them in another organisation."""
    other = Organisation.objects.create(name="lineside")
    Membership.objects.create(organisation=other, user=developer, role=Role.VIEWER)
    by_name = {}
    for number, (name, place, words) in enumerate(
        [
            ("taps", organisation, "Hears a dripping tap"),
            ("digits", organisation, "Reads a digit"),
            ("washing", other, "Feels an unbalanced drum"),
            ("empty", organisation, ""),
        ]
    ):
        by_name[name] = Project.objects.create(
            organisation=place, name=name, description=words, created_by=developer if number != 1 else None
        )
        Project.objects.filter(pk=by_name[name].pk).update(changed=timezone.now() + timedelta(seconds=number))
    return by_name


@pytest.mark.slow
def test_projects_are_found_by_name_description_and_organisation(client: Client, projects: dict[str, Project]) -> None:
    assert _listed(client) == ["empty", "washing", "digits", "taps"]
    assert _listed(client, "/?q=DIG") == ["digits"]
    assert _listed(client, "/?q=drip+tap") == ["taps"]
    assert _listed(client, "/?q=lineside") == ["washing"]
    page = client.get("/?q=nothing-like-it").content.decode()
    assert "No project matches." in page


@pytest.mark.slow
def test_projects_are_narrowed_to_an_organisation_by_a_chip_with_its_count(
    client: Client, projects: dict[str, Project]
) -> None:
    page = compact(client.get("/").content.decode())
    assert re.findall(r'class="chip"[^>]*>(\w+)<span class="num">(\d+)', page) == [
        ("All", "4"),
        ("acme", "3"),
        ("lineside", "1"),
    ]
    assert _listed(client, "/?organisation=lineside") == ["washing"]
    assert _listed(client, "/?organisation=other") == []


@pytest.mark.slow
def test_projects_are_narrowed_to_a_sensor_and_to_a_state(
    client: Client, projects: dict[str, Project], developer: User, owner: User
) -> None:
    sound = {"nodes": [{"kind": "capability", "detail": "SOUND 16 kHz"}, {"kind": "output", "detail": "IMAGE"}]}
    keep_contents(projects["taps"].pk, sound, ["Runefile.yml"])
    assert _listed(client, "/?sensor=SOUND") == ["taps"]
    assert _listed(client, "/?sensor=IMAGE") == []
    Preview.objects.create(project=projects["empty"], state="broken")
    failed_build(developer, projects["taps"])
    build = built(developer, projects["digits"])
    assert _listed(client, "/?state=trouble") == ["empty", "taps"]
    assert _listed(client, "/?state=draft") == ["empty", "washing", "digits", "taps"]
    ask_for_review(developer, build, "Is it good?", reviewers=[RequestedGroup((owner.pk,))])
    assert _listed(client, "/?state=review") == ["digits"]
    publish_build(developer, approved(build), "1.0")
    assert _listed(client, "/?state=published") == ["digits"]
    assert _listed(client, "/?state=draft") == ["empty", "washing", "taps"]


@pytest.mark.slow
def test_projects_are_sorted_and_narrowed_to_ones_own_and_to_favourites(
    client: Client, projects: dict[str, Project], developer: User
) -> None:
    assert _listed(client, "/?sort=name") == ["digits", "empty", "taps", "washing"]
    assert _listed(client, "/?sort=created") == ["empty", "washing", "digits", "taps"]
    assert _listed(client, "/?whose=mine") == ["empty", "washing", "taps"]
    mark_favourite(developer, projects["taps"], chosen=True)
    assert _listed(client, "/?whose=favourites") == ["taps"]
    page = compact(client.get("/").content.decode())
    assert "Favourites" in page
    assert re.findall(r'name="remove" value="([^"]+)"', page) == ["acme/taps", "acme/taps"]


@pytest.mark.slow
def test_a_long_list_has_pages_and_keeps_what_was_asked(
    client: Client, organisation: Organisation, developer: User
) -> None:
    count = 2 * ON_A_PAGE + 1
    Project.objects.bulk_create(
        Project(organisation=organisation, name=f"p{number:03}", created_by=developer) for number in range(count)
    )
    first = _listed(client, "/?sort=name&q=p")
    assert first == [f"p{number:03}" for number in range(ON_A_PAGE)]
    page = compact(client.get("/?sort=name&q=p&page=2").content.decode())
    assert f"25 to 48 of {count}" in page
    assert 'href="?q=p&amp;sort=name#projects"' in page
    assert 'href="?q=p&amp;sort=name&amp;page=3#projects"' in page
    assert _listed(client, "/?sort=name&page=3") == [f"p{count - 1:03}"]
    # A page that is no longer there is the last one.
    assert _listed(client, "/?sort=name&page=99") == [f"p{count - 1:03}"]


@each_case(
    "query",
    [
        "page=x",
        "page=-1",
        "page=99999999999",
        "sensor=%00",
        "q=%00%25_'",
        "sort=name;",
        "view=pile&state=x",
        f"q={'a' * 101}",
    ],
)
def test_what_is_no_choice_was_not_asked_for(client: Client, projects: dict[str, Project], query: str) -> None:
    assert sorted(_listed(client, f"/?{query}")) == ["digits", "empty", "taps", "washing"]


def test_a_page_of_an_organisation_lists_its_projects_whatever_the_address_says(
    client: Client, projects: dict[str, Project]
) -> None:
    assert _listed(client, "/acme?organisation=lineside&sort=name") == ["digits", "empty", "taps"]
    page = compact(client.get("/acme?organisation=lineside&view=list").content.decode())
    assert "organisation=lineside" not in page.partition('id="projects"')[2]


def test_the_way_to_show_projects_narrows_nothing_and_stays_when_all_are_shown(
    client: Client, projects: dict[str, Project]
) -> None:
    page = compact(client.get("/?view=list&q=nothing-like-it&sort=name").content.decode())
    assert 'href="?view=list#projects">Show all 4' in page
    assert "0 of 4" in page
    assert "4 of 4" not in compact(client.get("/?view=list&sort=name").content.decode())


@pytest.mark.slow
def test_few_projects_are_cards_and_either_view_can_be_chosen(client: Client, projects: dict[str, Project]) -> None:
    assert "project-table" not in client.get("/").content.decode()
    assert "project-table" in client.get("/?view=list").content.decode()


@pytest.mark.slow
def test_a_build_that_failed_waits_for_who_asked_for_it_until_another_follows(
    client: Client, project: Project, developer: User, owner: User, browser_of: Browser
) -> None:
    build = failed_build(developer, project)
    page = client.get("/").content.decode()
    assert "acme/kitchen: build 1 failed" in page
    assert "The Runefile has a problem." in page
    assert "See why: acme/kitchen: build 1 failed" not in browser_of(owner).get("/").content.decode()
    set_job(build, finished=timezone.now() - timedelta(days=15))
    assert "See why" not in client.get("/?view=list").content.decode()
    failed_build(developer, project)
    built(developer, project)
    assert "See why" not in client.get("/?view=list").content.decode()


@pytest.mark.slow
def test_a_build_that_missed_a_limit_waits_too(client: Client, project: Project, developer: User) -> None:
    build = built(developer, project)
    judgement = {
        "limit": {"kind": "size", "bound": 1000, "label": None},
        "outcome": "missed",
        "figure": {"value": 2000, "low": 2000, "high": 2000, "count": 1},
        "reason": "",
    }
    Build.objects.filter(pk=build.pk).update(judgements=[judgement])
    assert "acme/kitchen: build 1 missed a limit" in client.get("/").content.decode()


@pytest.mark.slow
def test_what_happened_is_told_with_links(client: Client, project: Project, owner: User) -> None:
    failed_build(owner, project)
    page = client.get("/").content.decode()
    activity = page.partition("<h2>Activity</h2>")[2].partition("</section>")[0]
    assert re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", activity)).strip().startswith("MK Mika Kallio built kitchen")
    assert 'href="/acme/kitchen/builds/1"' in activity


def test_contents_are_written_when_they_change_alone(project: Project, django_assert_num_queries: object) -> None:
    outline = {"nodes": [{"kind": "capability", "detail": "SOUND"}, {"kind": "capability", "detail": "IMAGE 28"}]}
    assert sensors_of(outline) == ["IMAGE", "SOUND"]
    keep_contents(project.pk, outline, ["b.md", "a.md"])
    row = ProjectContents.objects.get()
    assert (row.sensors, row.paths) == (" IMAGE SOUND ", "a.md\nb.md")
    with django_assert_num_queries(1):  # type: ignore[operator]
        keep_contents(project.pk, outline, ["a.md", "b.md"])
    keep_contents(project.pk, {"nodes": [{"kind": "capability", "detail": "SOUND OF <b>"}]}, ["x" * 30_000, "a.md"])
    row.refresh_from_db()
    assert (row.sensors, row.paths) == (" SOUND ", "a.md")


@pytest.mark.parametrize(
    ("waiting", "for_others", "rows"), [(0, 0, 8), (1, 0, 3), (1, 1, 3), (0, 1, 3), (2, 2, 5), (4, 3, 8), (40, 0, 8)]
)
def test_activity_is_as_long_as_what_stands_beside_it(waiting: int, for_others: int, rows: int) -> None:
    assert activity_beside(waiting, for_others) == rows


@pytest.mark.parametrize(
    ("waiting", "for_others", "lists", "rows"),
    [
        (0, 0, [0, 1, 0], 0),
        (3, 0, [0, 1, 0], 0),
        (0, 0, [3, 4, 0], 7),
        (4, 1, [3, 4, 0], 3),
        (4, 2, [3, 4, 0], 0),
        (0, 0, [9, 4, 2], 8),
    ],
)
def test_changes_of_a_project_leave_no_void_beside_what_is_live(
    waiting: int, for_others: int, lists: list[int], rows: int
) -> None:
    assert changes_beside(waiting, for_others, lists) == rows
