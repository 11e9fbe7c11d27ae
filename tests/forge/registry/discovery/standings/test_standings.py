"""Standing tables from the outside: who adds versions, what everybody sees, and what is withdrawn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from forge.core.models import AuditEntry
from forge.datasets.models import Sample
from forge.projects.actions import delete_project, update_project
from forge.projects.models import Project
from forge.registry.discovery.standings.actions import join_standing
from forge.registry.discovery.standings.errors import NotComparable
from forge.registry.models import StandingTable
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import withdraw_tag
from tests.forge.registry.discovery.standings.conftest import ROWS, Publish
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.forge.factories.samples import withdraw_sample
from tests.support.forge.pages import Browser, text_of

pytestmark = pytest.mark.django_db

API = "/api/v1/projects/acme/{}/tags/{}/standing"
TASK = "Yes or no, by three numbers"


def send(client: Client, method: str, project: str, tag: str, **body: Any) -> Any:
    address = API.format(project, tag)
    headers = etag_headers(address)
    return client.generic(method, address, json.dumps(body), content_type="application/json", headers=headers)


def rows(client: Client) -> list[tuple[int | None, str, int]]:
    """The versions of the only table as the API lists them: rank, name, correct answers."""
    (table,) = client.get("/api/v1/standings").json()["results"]
    entries = client.get(f"/api/v1/standings/{table['address']}").json()["entries"]
    return [(each["rank"], each["version"], each["right"]) for each in entries]


def table_page(client: Client, **query: str) -> str:
    return text_of(client.get(StandingTable.objects.get().get_absolute_url(), query))


@pytest.mark.slow
def test_versions_of_two_projects_are_ranked_on_the_same_samples(
    project: Project, other_project: Project, publish: Publish, developer: Any, browser_of: Browser
) -> None:
    publish(project, "1.0", wrong=[0, 1])
    publish(project, "1.1", wrong=[0])
    publish(other_project, "2.0", wrong=[2])
    client = browser_of(developer)
    response = send(client, "PUT", "kitchen", "1.0")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["title"]), "the first one names the task"
    for name, tag in (("kitchen", "1.0"), ("kitchen", "1.1"), ("garage", "2.0"), ("garage", "2.0")):
        answer = send(client, "PUT", name, tag, title=TASK)
        assert answer.status_code == 200, answer.content
    expected = [(1, "acme/kitchen:1.1", 3), (1, "acme/garage:2.0", 3), (3, "acme/kitchen:1.0", 2)]
    for reader in (client, Client()):
        assert rows(reader) == expected
    table = answer.json()
    assert (table["title"], table["labels"], table["closed"]) == (TASK, {"yes": 2, "no": 2}, None)
    first = table["entries"][0]
    assert (first["accuracy"], first["sample_count"]) == (0.75, 4)
    assert 0.2 < first["low"] < 0.75 < first["high"] < 1
    assert AuditEntry.objects.filter(action="standing.join").count() == 3, "adding one twice changes nothing"

    page = table_page(Client())
    assert f'<h1 class="written">{TASK}</h1>' in page
    for words in ("4 test samples of 2 labels", "75 %", "3 of 4", "acme/kitchen:1.0"):
        assert words in page
    assert "acme/kitchen:1.0" not in table_page(Client(), q="garage").partition('id="pair"')[0]
    assert "No version matches" in table_page(Client(), q="nothing like it")
    digests = [each["rune"].removeprefix("sha256:")[:16] for each in table["entries"][:2]]
    pair = table_page(Client(), one=digests[0], other=digests[1])
    assert "Neither is better on the same 4 samples: each has 1 sample right that the other has wrong." in pair
    assert "answers are still stored" in table_page(Client(), one=digests[0], other="0" * 16)


@pytest.mark.slow
def test_who_may_publish_adds_and_takes_out_on_the_page_of_a_version(
    project: Project, publish: Publish, people: dict[str, Any], browser_of: Browser
) -> None:
    publish(project, "1.0")
    act, page = "/acme/kitchen/tags/1.0", "/acme/kitchen?tag=1.0"
    for name, person in people.items():
        may = name in ("owner", "maintainer", "developer")
        assert ("Add it to a standing table" in text_of(browser_of(person).get(page))) == may
        if not may:
            answer = browser_of(person).post(act, etag_form(act, do="compare", title=TASK))
            assert answer.status_code in (302, 403, 404)
            expected = {"anonymous": 401, "stranger": 404}.get(name, 403)
            assert send(browser_of(person), "PUT", "kitchen", "1.0", title=TASK).status_code == expected
            assert send(browser_of(person), "DELETE", "kitchen", "1.0", reason="Old").status_code == expected
    assert not StandingTable.objects.exists()
    client = browser_of(people["developer"])
    response = client.post(act, etag_form(act, do="compare", title=" "))
    assert "Name the task" in text_of(response)
    assert client.post(act, etag_form(act, do="compare", title=TASK)).status_code == 302
    assert 'In the standing table <a class="written" href="/standings/' in text_of(Client().get(page))
    assert "Write a reason" in text_of(client.post(act, etag_form(act, do="leave", leave_reason="")))
    assert rows(Client()) == [(1, "acme/kitchen:1.0", 4)]
    reason = "It heard the samples in training."
    assert client.post(act, etag_form(act, do="leave", leave_reason=reason)).status_code == 302
    assert "In the standing table" not in text_of(Client().get(page))
    assert rows(Client()) == [(None, "acme/kitchen:1.0", 4)], "what left stays in sight"
    assert reason not in table_page(Client()).partition('id="pair"')[0]
    assert reason in table_page(Client(), left="1")
    assert [each.action for each in AuditEntry.objects.filter(action__startswith="standing.")] == [
        "standing.leave", "standing.join",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.protects("registry/unlike-comparisons")
def test_what_was_not_measured_on_all_of_the_same_samples_is_refused(
    project: Project, other_project: Project, publish: Publish, developer: Any, owner: Any, browser_of: Browser
) -> None:
    tag = publish_build(developer, approved(built(developer, project)), "0.1")
    publish(other_project, "2.0")
    join_standing(developer, other_project, "2.0", TASK)
    with pytest.raises(NotComparable, match="Others cannot see this project"):
        join_standing(developer, project, tag.name, TASK)
    update_project(owner, project, visibility="public")
    with pytest.raises(NotComparable, match="was not tested on samples"):
        join_standing(developer, project, "0.1", TASK)
    publish(project, "1.0", rows=dict(list(ROWS.items())[:3]))
    publish(project, "latest")
    with pytest.raises(NotComparable, match="may name another rune later"):
        join_standing(developer, project, "latest", TASK)
    join_standing(developer, project, "1.0", "Three samples of the four")
    assert StandingTable.objects.count() == 2, "other samples are another table"
    answer = send(browser_of(developer), "PUT", "kitchen", "0.1")
    assert (answer.status_code, answer.json()["title"]) == (409, "This version cannot be compared")


@pytest.mark.slow
@pytest.mark.protects("registry/tables-of-hidden-projects")
def test_tables_tell_nobody_of_projects_that_they_may_not_see(
    project: Project, other_project: Project, publish: Publish, people: dict[str, Any], browser_of: Browser
) -> None:
    publish(project, "1.0", wrong=[0])
    publish(other_project, "2.0")
    join_standing(people["developer"], project, "1.0", TASK)
    join_standing(people["developer"], other_project, "2.0")
    address = StandingTable.objects.get().get_absolute_url()
    update_project(people["owner"], other_project, visibility="internal")
    assert rows(browser_of(people["stranger"])) == [(1, "acme/garage:2.0", 4), (2, "acme/kitchen:1.0", 3)]
    assert rows(Client()) == [(1, "acme/kitchen:1.0", 3)]
    assert "garage" not in table_page(Client(), left="1")
    assert "1 version<" in text_of(Client().get("/standings"))
    update_project(people["owner"], project, visibility="private")
    for client in (Client(), browser_of(people["stranger"])):
        assert ("garage" in text_of(client.get("/standings", follow=True))) is False
    assert Client().get(address).status_code == 404
    assert Client().get(f"/api/v1{address}").status_code == 404
    assert Client().get("/api/v1/standings").json()["results"] == []
    assert "No standing tables yet" in text_of(Client().get("/standings"))
    assert "No table has these words" in text_of(Client().get("/standings?q=drums"))
    delete_project(people["owner"], other_project)
    assert browser_of(people["stranger"]).get(address).status_code == 404


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_withdrawn_versions_leave_and_say_why(project: Project, publish: Publish, developer: Any) -> None:
    publish(project, "1.0")
    publish(project, "1.1", wrong=[3])
    for tag in ("1.0", "1.1"):
        join_standing(developer, project, tag, TASK)
    withdraw_tag(developer, project, "1.0", "It had a password in it.")
    assert rows(Client()) == [(1, "acme/kitchen:1.1", 3), (None, "acme/kitchen:1.0", 4)]
    assert "It was withdrawn: It had a password in it." in table_page(Client(), left="1")


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn")
def test_a_table_takes_no_more_versions_once_a_sample_of_it_was_withdrawn(
    project: Project, other_project: Project, publish: Publish, developer: Any
) -> None:
    publish(project, "1.0")
    publish(project, "1.1")
    publish(other_project, "2.0")
    join_standing(developer, project, "1.0", TASK)
    withdraw_sample(developer, Sample.objects.filter(data_set__project=project)[0].pk)
    assert "1 sample of 4 was withdrawn." in table_page(Client())
    with pytest.raises(NotComparable, match="may not be used any more"):
        join_standing(developer, project, "1.1")
    with pytest.raises(NotComparable, match="No version can be added"):
        join_standing(developer, other_project, "2.0")
    assert rows(Client()) == [(1, "acme/kitchen:1.0", 4)], "the figures of before stay"
