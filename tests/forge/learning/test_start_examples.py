"""Example recordings on the page of examples: added to empty data, marked, and removed together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.datasets.consent_terms import DEFAULT_PURPOSES, UNTIL_DELETED, terms_for
from forge.datasets.models import CollectingLink, Sample
from forge.projects.models import Project
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/acme/kitchen/start"


def add(client: Client, project: Project, kind: str = "sound", text: str | None = None) -> Any:
    terms = terms_for(project, DEFAULT_PURPOSES, UNTIL_DELETED).text
    return client.post(f"{PAGE}/examples", {"kind": kind, "text": terms if text is None else text})


@pytest.mark.protects("recordings/examples")
@pytest.mark.slow
def test_examples_are_marked_and_one_press_removes_them(client: Client, project: Project, user: User) -> None:
    assert add(client, project, "motion").json() == {"count": 60}
    samples = Sample.objects.available()
    assert set(samples.values_list("source", "device")) == {("example", "example")}
    assert not samples.exclude(group=None).exists()
    counts = Counter(samples.values_list("label", flat=True))
    assert counts == {"shake": 20, "circle": 20, "background": 20}
    assert set(Counter(samples.values_list("label", "split")).values()) == {12, 4}
    # A recording of one's own stays.
    own = sample_of(consent_of(user, project), user)
    assert client.post(f"{PAGE}/examples/remove").json() == {"count": 60}
    assert list(Sample.objects.available()) == [own]
    assert client.post(f"{PAGE}/examples/remove").json() == {"count": 0}
    assert AuditEntry.objects.filter(action="data.import").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "label"), [("sound", "whistle"), ("picture", "ring"), ("numbers", "worn")])
def test_there_are_examples_of_each_kind(client: Client, project: Project, kind: str, label: str) -> None:
    assert add(client, project, kind).json() == {"count": 60}
    assert Sample.objects.available().filter(label=label).count() == 20


@pytest.mark.protects("recordings/examples")
def test_examples_never_join_recordings_of_ones_own(client: Client, project: Project, user: User) -> None:
    own = sample_of(consent_of(user, project), user)
    answer = add(client, project)
    assert answer.status_code == 409
    assert "data without recordings" in answer.content.decode()
    assert list(Sample.objects.available()) == [own]


@pytest.mark.protects("recordings/examples")
def test_examples_come_under_terms_that_were_read(client: Client, project: Project) -> None:
    assert add(client, project, text="Anything goes.").status_code == 409
    assert not Sample.objects.exists()


@pytest.mark.protects("roles/start-page")
@pytest.mark.parametrize("path", ["examples", "examples/remove", "phone"])
def test_who_may_not_edit_adds_no_example_and_makes_no_code(
    project: Project, viewer: User, stranger: User, browser_of: Callable[[User | None], Client], path: str
) -> None:
    for person, status in ((viewer, 403), (stranger, 404), (None, 302)):
        assert browser_of(person).post(f"{PAGE}/{path}", {"kind": "sound", "label": "knock"}).status_code == status
    assert not Sample.objects.exists()
    assert not CollectingLink.objects.exists()
