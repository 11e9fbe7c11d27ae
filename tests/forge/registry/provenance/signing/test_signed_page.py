"""The description of a signature on a rune's page, to members and to strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.jobs.models import Job
from forge.projects.actions import write_file
from forge.projects.models import Visibility
from forge.registry.models import SigningKey
from forge.registry.provenance.signing.actions.keys import revoke_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import give_verdict
from tests.conftest import REPOSITORY
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published?tag=1.0"


@pytest.fixture
def signing_key(
    key: SigningKey, project: Any, developer: Any, people: dict[str, Any], run_signer: Callable[[], list[Job]]
) -> SigningKey:
    """The key that signed version 1.0 of a public project, which two people approved."""
    build = built(developer, project)
    for kind in ("reviewer", "maintainer"):
        give_verdict(people[kind], build, "approve")
    publish_build(developer, build, "1.0")
    run_signer()
    project.visibility = Visibility.PUBLIC
    project.save()
    return key


@pytest.mark.slow
@pytest.mark.protects("registry/people-in-statements")
def test_members_read_names_and_strangers_a_number(
    signing_key: SigningKey, developer: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    page = compact(browser_of(developer).get(PAGE).content.decode())
    for text in ("Signed by acme", signing_key.fingerprint, str(people["reviewer"]), str(people["maintainer"])):
        assert text in page
    assert "trusts this server with the key" in page
    public = compact(Client().get(PAGE).content.decode())
    assert "Approved by 2 people" in public
    assert signing_key.fingerprint in public
    assert "person-" in public
    for person in (people["reviewer"], people["maintainer"]):
        assert str(person) not in public
    # Beside the button that runs it, for those who are no members.
    assert "By the key" in public
    assert "By the key" not in page


@pytest.mark.slow
def test_the_data_that_a_model_was_trained_on_is_named_to_everyone_and_opened_by_its_readers(
    key: SigningKey,
    project: Any,
    developer: Any,
    run_signer: Callable[[], list[Job]],
    browser_of: Callable[[Any], Client],
) -> None:
    version = motion_version(developer, project)
    model = (REPOSITORY / "examples/sine/sine.tflite").read_bytes()
    finish_run(motion_run(developer, project), model)
    write_file(developer, project, "model.tflite", model)
    description = {"stage": "answer", "file": "model.tflite", "mimetype": "application/tflite-model", "operators": 3,
                 "runs": "compiled", "size": len(model)}  # fmt: skip
    publish_build(developer, approved(built(developer, project, models=[description])), "1.0")
    run_signer()
    project.visibility = Visibility.PUBLIC
    project.save()
    page = compact(browser_of(developer).get(PAGE).content.decode())
    assert "Trained on data version 1" in page
    assert version.digest in page
    assert 'href="/acme/kitchen/data/versions/1"' in page
    public = compact(Client().get(PAGE).content.decode())
    assert "Trained on data version 1" in public
    assert "/data/versions/1" not in public


@pytest.mark.slow
@pytest.mark.protects("registry/revoked-keys")
def test_a_page_says_nothing_of_a_signature_whose_key_was_revoked(
    signing_key: SigningKey, organisation: Any, owner: Any
) -> None:
    assert "Signed by acme" in Client().get(PAGE).content.decode()
    revoke_signing_key(owner, organisation, signing_key.pk, "The disk was stolen.")
    page = Client().get(PAGE).content.decode()
    assert "Signed by acme" not in page
    assert "None: only this server says where it came from" in page
