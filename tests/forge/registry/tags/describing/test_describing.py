"""The description of a version: its notes, that it is deprecated and its successor, and how often it was used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import update_project, write_file
from forge.projects.models import Project
from forge.registry.models import Listing, Tag
from forge.registry.tags.access import default_tag, tags_of
from forge.registry.tags.describing.actions import deprecate_tag, describe_tag, end_deprecation
from forge.registry.tags.errors import NoSuchTag
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.pulling.uses import Counting, uses_of, write_down
from tests.support.forge.factories.builds import RUNE, approved, built, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(project: Any, developer: Any, owner: Any) -> Any:
    """`1.0` and `1.1`, which are other bytes, of a public project."""
    first = publish_build(
        developer, packed(approved(built(developer, project)), "c").build, "1.0", notes="Six words.\0\n\n"
    )
    write_file(developer, project, "notes.txt", b"more")
    publish_build(developer, approved(built(developer, project, RUNE + b"more")), "1.1")
    update_project(owner, project, visibility="public")
    return first


@pytest.mark.slow
def test_what_is_said_is_refused_where_it_is_nothing_too_long_or_not_theirs(
    tags: Any, project: Any, developer: Any, reviewer: Any, stranger: Any
) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: deprecate_tag(developer, project, "1.0", "  "),
        lambda: deprecate_tag(developer, project, "1.0", "x" * 501),
        lambda: deprecate_tag(developer, project, "1.0", "Deaf.", "1.0"),
        lambda: deprecate_tag(developer, project, "1.0", "Deaf.", "9.9"),
        lambda: describe_tag(developer, project, "1.0", "x" * 10_001),
    )
    for act in acts:
        with pytest.raises(Invalid):
            act()
    for someone, refusal in ((reviewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            deprecate_tag(someone, project, "1.0", "Deaf.")
    with pytest.raises(NoSuchTag):
        describe_tag(developer, project, "7.0", "New")
    assert not AuditEntry.objects.filter(action__in=("tag.deprecate", "tag.describe")).exists()
    assert not Tag.objects.exclude(deprecated=None).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(name="1.0").update(successor="1.1")


@pytest.mark.slow
def test_notes_come_with_publishing_are_edited_and_go_when_a_tag_moves(tags: Any, project: Any, developer: Any) -> None:
    assert Tag.objects.get(name="1.0").notes == "Six words."
    describe_tag(developer, project, "1.0", "Seven words.  \n")
    describe_tag(developer, project, "1.0", "Seven words.")
    assert Tag.objects.get(name="1.0").notes == "Seven words."
    assert AuditEntry.objects.filter(action="tag.describe").count() == 1
    assert Event.objects.filter(stream_id=project.stream, type="tag.described").count() == 1
    publish_build(developer, Tag.objects.get(name="1.0").build, "latest", notes="Old")
    deprecate_tag(developer, project, "latest", "Take a version.")
    publish_build(developer, Tag.objects.get(name="1.1").build, "latest")
    tag = Tag.objects.get(name="latest")
    assert (tag.notes, tag.is_deprecated) == ("", False)


@pytest.mark.slow
@pytest.mark.protects("browser/version-notes")
def test_a_deprecated_version_stays_says_so_everywhere_and_is_given_to_nobody_unasked(
    tags: Any, project: Any, developer: Any
) -> None:
    deprecate_tag(developer, project, "1.1", "Deaf in “noise”; 100% sure.", "1.0")
    tag = default_tag(tags_of(developer, project))
    assert tag is not None
    assert tag.name == "1.0"
    answer = Client().get("/api/v1/projects/acme/kitchen/tags").json()
    assert answer["default"] == "1.0"
    assert [(each["tag"], each["deprecation"], each["successor"]) for each in answer["tags"]] == [
        ("1.1", "Deaf in “noise”; 100% sure.", "1.0"),
        ("1.0", "", ""),
    ]
    response = Client().get("/v2/acme/kitchen/manifests/1.1")
    warning = '299 - "1.1 is deprecated: Deaf in %E2%80%9Cnoise%E2%80%9D; 100%25 sure. Take 1.0 instead."'
    assert response["Warning"] == warning
    assert Client().get(f"/v2/acme/kitchen/manifests/{response['Docker-Content-Digest']}")["Warning"] == warning
    assert "Warning" not in Client().get("/v2/acme/kitchen/manifests/1.0")
    page = Client().get("/acme/kitchen?tag=1.1").content.decode()
    assert "1.1 is deprecated." in page
    assert "Deaf in “noise”" in page
    end_deprecation(developer, project, "1.1")
    assert "Warning" not in Client().get("/v2/acme/kitchen/manifests/1.1")
    for action in ("tag.deprecate", "tag.undeprecate"):
        assert AuditEntry.objects.filter(action=action).count() == 1


@pytest.mark.slow
@pytest.mark.protects("recordings/use-counts")
def test_a_use_is_counted_once_a_day_and_names_nobody(tags: Any, project: Any) -> None:
    day = [date(2026, 5, 1)]
    counting = Counting(today=lambda: day[0])
    repository = project.repository
    for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        counting.note(repository.pk, address)
    day[0] = date(2026, 5, 2)
    counting.note(repository.pk, "10.0.0.1")
    assert b"10.0.0.1" not in b"".join(counting._fetch_keys)
    write_down(counting)
    write_down(counting)
    assert uses_of(repository).in_all == 3
    assert Listing.objects.get().uses == 3
    # A card that shows an answer of its own accord is no use.
    card = Client().get("/api/v1/projects/acme/kitchen/tags/1.0/rune?automatic=1", REMOTE_ADDR="10.8.8.8")
    assert card.status_code == 200
    # Pages and pulls count through the one of the process; reading writes nothing.
    for path in ("/api/v1/projects/acme/kitchen/tags/1.0/rune", "/api/v1/projects/acme/kitchen/tags/1.0/packages/c"):
        assert Client().get(path, REMOTE_ADDR="10.9.9.9").status_code == 200
    assert uses_of(repository).in_all == 3
    write_down()
    assert uses_of(repository).this_week == 1
    assert Client().get("/api/v1/projects/acme/kitchen/tags/1.0/packages/cortex-m4").status_code == 404


@pytest.mark.slow
def test_explore_begins_with_what_is_used_most(tags: Any, project: Any, developer: Any, owner: Any) -> None:
    other = Project.objects.create(organisation=project.organisation, name="porch", created_by=developer)
    write_file(developer, other, "Runefile.yml", b"version: 1\n")
    publish_build(developer, approved(built(developer, other)), "1.0")
    update_project(owner, other, visibility="public")
    counting = Counting()
    counting.note(project.repository.pk, "10.0.0.1")
    write_down(counting)
    page = Client().get("/explore").content.decode()
    assert page.index("<b>kitchen</b>") < page.index("<b>porch</b>")
    page = Client().get("/explore?sort=new").content.decode()
    assert page.index("<b>porch</b>") < page.index("<b>kitchen</b>")
