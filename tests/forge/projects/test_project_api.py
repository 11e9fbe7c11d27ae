"""Projects over the API: made, renamed, shown, deleted and restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from forge.accounts.errors import NameInUse
from forge.accounts.models import Organisation, User
from forge.core.models import AuditEntry, Event
from forge.projects.actions import create_project
from forge.projects.models import Project
from rune.source.templates import list_templates
from tests.support.cases import each_case
from tests.support.forge.factories.preconditions import etag_headers

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects"


def _post(client: Client, path: str, body: object) -> Any:
    return client.post(path, body, content_type="application/json")


def _patch(client: Client, path: str, body: Mapping[str, Any]) -> Any:
    return client.patch(path, body, content_type="application/json", headers=etag_headers(path))


def test_a_project_is_made_private_with_a_runefile(client: Client, user: User) -> None:
    response = _post(client, BASE, {"organisation": "acme", "name": "wand"})
    assert response.status_code == 201
    assert response.json() == {
        "id": response.json()["id"],
        "organisation": "acme",
        "name": "wand",
        "visibility": "private",
        "description": "",
        "url": "/acme/wand",
        "shares_files": False,
        "may": [
            *["see", "read", "comment", "post_check", "review", "suggest", "give_sample"],
            *["edit", "draft", "train", "build", "ask", "share", "publish", "push", "deploy", "describe"],
        ],
    }
    files = client.get(f"{BASE}/acme/wand/files").json()["files"]
    assert [file["path"] for file in files] == ["Runefile.yml"]
    assert AuditEntry.objects.filter(actor=user, action="project.create").count() == 1
    assert Event.objects.filter(type="project.created").count() == 1


@each_case("name", [template.name for template in list_templates()])
def test_every_template_makes_a_project_with_its_files(client: Client, name: str) -> None:
    template = next(template for template in list_templates() if template.name == name)
    response = _post(client, BASE, {"organisation": "acme", "name": f"my-{name}", "template": name})
    assert response.status_code == 201, response.content
    files = client.get(f"{BASE}/acme/my-{name}/files").json()["files"]
    assert sorted(file["path"] for file in files) == sorted(template.paths)
    assert {"Runefile.yml": "text"}.items() <= {file["path"]: file["kind"] for file in files}.items()


def test_the_templates_are_listed_in_their_order(client: Client) -> None:
    templates = client.get("/api/v1/templates").json()["templates"]
    assert [template["name"] for template in templates] == [template.name for template in list_templates()]


@pytest.mark.parametrize(
    ("file", "name"), [("Wand v2.keras", "wand-v2"), ("kitchen.onnx", "kitchen-2"), ("a/b.pt2", "b")]
)
def test_a_project_without_a_name_is_called_after_the_file_that_is_to_come(
    client: Client, project: Project, file: str, name: str
) -> None:
    created = _post(client, BASE, {"organisation": "acme", "file": file})
    assert (created.status_code, created.json()["name"]) == (201, name)


@each_case(
    ("body", "status", "field"),
    [
        ({"organisation": "acme", "name": "Wand"}, 400, "name"),
        ({"organisation": "acme", "name": "members"}, 400, "name"),
        ({"organisation": "acme", "name": "kitchen"}, 409, "name"),
        ({"organisation": "acme"}, 400, "name"),
        ({"organisation": "acme", "name": "x", "template": "none"}, 400, None),
        ({"organisation": "other", "name": "x"}, 404, None),
    ],
)
def test_what_keeps_a_project_from_being_made_is_a_problem(
    client: Client, project: Project, body: object, status: int, field: str | None
) -> None:
    response = _post(client, BASE, body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    assert (field is None) or (field in problem["errors"])


@pytest.mark.django_db(transaction=True)
def test_of_two_projects_that_are_made_with_one_name_at_once_one_is_told_that_it_is_taken(
    user: User, organisation: Organisation
) -> None:
    def make(_: int) -> bool:
        try:
            create_project(user, organisation, "kitchen")
        except NameInUse:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(make, range(3))) == 1


def test_the_api_answers_json_that_is_not_json_with_a_problem(client: Client) -> None:
    response = client.post(BASE, b"{", content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_a_former_name_redirects_every_view_until_someone_takes_it(client: Client, project: Project) -> None:
    response = _patch(client, f"{BASE}/acme/kitchen", {"name": "pantry"})
    assert response.json()["url"] == "/acme/pantry"
    redirect = client.get(f"{BASE}/acme/kitchen/files/Runefile.yml")
    assert (redirect.status_code, redirect["Location"]) == (307, f"{BASE}/acme/pantry/files/Runefile.yml")
    page = client.get("/acme/kitchen/studio")
    assert (page.status_code, page["Location"]) == (302, "/acme/pantry/studio")
    _post(client, BASE, {"organisation": "acme", "name": "kitchen"})
    assert client.get(f"{BASE}/acme/kitchen").json()["id"] != str(project.pk)


def test_a_project_that_goes_back_to_its_name_is_there_again(client: Client, project: Project) -> None:
    for name in ("pantry", "kitchen"):
        current = Project.objects.get(pk=project.pk).name
        _patch(client, f"{BASE}/acme/{current}", {"name": name})
    assert client.get(f"{BASE}/acme/kitchen").json()["id"] == str(project.pk)
    assert client.get(f"{BASE}/acme/pantry").status_code == 307


def test_a_former_name_says_nothing_to_a_stranger(
    client: Client, project: Project, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    _patch(client, f"{BASE}/acme/kitchen", {"name": "pantry"})
    former = browser_of(stranger).get(f"{BASE}/acme/kitchen")
    unknown = browser_of(stranger).get(f"{BASE}/acme/nothing")
    assert (former.status_code, former.content) == (404, unknown.content)


def test_a_renamed_organisation_carries_its_projects_along(client: Client, project: Project) -> None:
    from forge.accounts.actions import update_organisation
    from forge.accounts.models import Membership

    Membership.objects.filter(user__email="jo@acme.example").update(role="owner")
    update_organisation(User.objects.get(email="jo@acme.example"), project.organisation, name="acme-two")
    redirect = client.get(f"{BASE}/acme/kitchen/state")
    assert (redirect.status_code, redirect["Location"]) == (307, f"{BASE}/acme-two/kitchen/state")


@pytest.mark.slow
def test_a_deleted_project_is_gone_until_an_owner_restores_it(
    project: Project, owner: User, developer: User, browser_of: Callable[[User | None], Client]
) -> None:
    by_owner, by_developer = browser_of(owner), browser_of(developer)
    assert by_developer.delete(f"{BASE}/acme/kitchen").status_code == 403
    assert by_owner.delete(f"{BASE}/acme/kitchen", headers=etag_headers(f"{BASE}/acme/kitchen")).status_code == 204
    assert by_owner.get(f"{BASE}/acme/kitchen").status_code == 404
    assert by_owner.get(f"{BASE}/acme/kitchen/files").status_code == 404
    assert by_owner.get(BASE).json()["results"] == []
    assert _post(by_developer, f"{BASE}/acme/kitchen/restore", {}).status_code == 403
    response = _post(by_owner, f"{BASE}/acme/kitchen/restore", {})
    assert response.json()["id"] == str(project.pk)
    assert by_developer.get(f"{BASE}/acme/kitchen/files/Runefile.yml").status_code == 200
    actions = set(AuditEntry.objects.filter(subject=f"project:{project.pk}").values_list("action", flat=True))
    assert {"project.delete", "project.restore"} <= actions


@pytest.mark.slow
def test_a_project_whose_name_was_taken_is_restored_under_another(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    client = browser_of(owner)
    client.delete(f"{BASE}/acme/kitchen", headers=etag_headers(f"{BASE}/acme/kitchen"))
    create_project(owner, organisation, "kitchen")
    response = _post(client, f"{BASE}/acme/kitchen/restore", {})
    assert (response.status_code, list(response.json()["errors"])) == (409, ["name"])
    assert _post(client, f"{BASE}/acme/kitchen/restore", {"name": "kitchen-old"}).json()["url"] == "/acme/kitchen-old"


def test_the_state_says_who_asks_what_they_may_and_where_the_events_stand(client: Client, project: Project) -> None:
    state = client.get(f"{BASE}/acme/kitchen/state").json()
    assert state["me"] | {"id": ""} == {
        "id": "",
        "name": "Jo Okafor",
        "initials": "JO",
        "colour": 1,
    }
    assert state["may"] == [
        "see",
        "read",
        "comment",
        "post_check",
        "review",
        "suggest",
        "give_sample",
        "edit",
        "draft",
        "train",
        "build",
        "ask",
        "share",
        "publish",
        "push",
        "deploy",
        "describe",
    ]
    assert state["project"]["url"] == "/acme/kitchen"
    assert state["public_url_is_loopback"] is True
    assert state["upload_limit"] == 64 * 1024 * 1024
    before = state["sequence"]
    _patch(client, f"{BASE}/acme/kitchen", {"description": "Hears the tap"})
    after = client.get(f"{BASE}/acme/kitchen/state").json()
    assert after["sequence"] == before + 1
    assert after["project"]["description"] == "Hears the tap"


def test_the_list_comes_in_pages_with_a_cursor(client: Client, user: User, organisation: Organisation) -> None:
    for number in range(5):
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=user)
    names, address = [], f"{BASE}?limit=2"
    while address:
        page = client.get(address).json()
        names += [project["name"] for project in page["results"]]
        address = page["next"]
    assert names == ["p4", "p3", "p2", "p1", "p0"]


@each_case("limit", ["0", "201", "-1", "many", "", "9" * 5000])
def test_a_page_that_cannot_be_so_long_is_refused_with_the_longest(client: Client, limit: str) -> None:
    answer = client.get(f"{BASE}?limit={limit}")
    assert (answer.status_code, answer.json()["errors"]["limit"]) == (
        400,
        ["`limit` must be a whole number from 1 to 200."],
    )


@each_case("method", ["get", "post", "delete"])
@each_case("address", ["/api/", "/api/v2/me", "/api/v1/reviews/0", "/api/v1/reviews/0/close"])
def test_an_address_that_the_api_does_not_have_is_a_problem_and_no_page(method: str, address: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = getattr(browser, method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_list_asks_the_database_as_often_for_many_projects_as_for_few(
    client: Client, user: User, organisation: Organisation, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=user)
    with django_assert_num_queries(4):  # session, person, roles, projects with their organisation
        client.get(BASE)
    for number in range(2, 20):
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=user)
    with django_assert_num_queries(4):
        client.get(BASE)


def test_every_answer_says_what_is_left_of_the_rate_limit(client: Client) -> None:
    first, second = client.get(BASE), client.get(BASE)
    assert int(first["RateLimit-Limit"]) == 1200
    assert int(first["RateLimit-Remaining"]) == int(second["RateLimit-Remaining"]) + 1
    assert 0 < int(first["RateLimit-Reset"]) <= 61


def test_over_the_limit_the_answer_says_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from forge.core.api.throttles import PersonThrottle

    monkeypatch.setattr(PersonThrottle, "get_rate", lambda self: "2/min")
    answers = [client.get(BASE) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2]["RateLimit-Remaining"] == "0"
    assert 0 < int(answers[2]["Retry-After"]) <= 61


def test_a_visitor_gets_no_new_limit_by_claiming_another_address() -> None:
    left = [
        int(Client().get("/api/v1/templates", headers={"X-Forwarded-For": f"10.0.0.{number}"})["RateLimit-Remaining"])
        for number in (1, 2)
    ]
    assert left == [239, 238]


@pytest.mark.slow
def test_the_schema_is_served(client: Client) -> None:
    answer = client.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert "/api/v1/projects/{organisation}/{name}/files/{path}" in answer.content.decode()


@pytest.mark.slow
def test_a_file_is_written_only_if_it_is_what_was_read(client: Client, user: User, project: Project) -> None:
    path = f"{BASE}/{project.full_name}/files/notes.txt"

    def put(content: str, etag: str | None = None) -> Any:
        headers = {"If-Match": etag} if etag else {}
        return client.put(path, content, content_type="application/octet-stream", headers=headers)

    assert put("new", '"sha256:of something"').status_code == 412
    assert put("new", "*").status_code == 412
    tag = put("one").headers["ETag"]
    unseen = put("two")
    assert (unseen.status_code, client.delete(path).status_code) == (428, 428)
    assert "notes.txt already exists" in unseen.json()["detail"]
    assert client.get(path).content == b"one"
    read = client.get(path).headers["ETag"]
    assert read == tag
    changed = put("two", read)
    assert changed.status_code == 200
    response = put("three", read)
    assert response.status_code == 412
    assert "has changed since you read it" in response.json()["detail"]
    assert client.get(path).content == b"two"
    assert client.delete(path, headers={"If-Match": read}).status_code == 412
    assert put("four", f'"sha256:0", {changed.headers["ETag"]}').status_code == 200
    new = {"If-None-Match": "*"}
    response = client.put(path, "five", content_type="application/octet-stream", headers=new)
    assert (response.status_code, response.json()["detail"]) == (
        412,
        "notes.txt already exists. Nothing was written.",
    )
    assert client.get(path).content == b"four"
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert client.put(path, "new", content_type="application/octet-stream", headers=new).status_code == 200
