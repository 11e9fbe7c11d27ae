"""Recordings that were deleted, and that a restore of an earlier backup brings back, are deleted again."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.builds.evaluations.outcomes import evaluation_of, link_evaluation
from forge.builds.models import ArtefactFile, FileRole
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import blob_path, put_bytes, read_blob, stored_digests
from forge.core.models import AuditEntry, Blob
from forge.core.processes.periodic import RunsIn, run_once, tasks
from forge.datasets.models import Consent, Sample
from forge.datasets.removals.actions import delete_sample, end_consents, withdraw_consent
from forge.datasets.removals.again import delete_again
from forge.datasets.removals.deletion_list import in_database, list_missing, list_path, read_deletions
from forge.projects.models import Project
from rune.assessment.evaluation.evaluation import SampleOutcome
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.evaluations import SET, evaluated
from tests.support.forge.factories.recordings import consent_of, loud, sample_of
from tests.support.installations.backups import manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("recordings/restored")]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def bring_back(*samples: Sample) -> None:
    """Makes samples what they were, as a restore does."""
    Consent.objects.update(withdrawn=None)
    Sample.objects.update(removed=None, removal=None, removal_reason="", erased=None)
    for number, sample in enumerate(samples):
        link_blobs(sample, [put_bytes(loud(number)).digest], None)
    Blob.objects.update(put_at=timezone.now() - timedelta(hours=1))


def test_what_was_deleted_is_deleted_again_with_its_bytes(project: Project, user: User) -> None:
    withdrawn, staying = consent_of(user, project), consent_of(user, project, days=5)
    samples = [sample_of(withdrawn, user, loud(0)), *(sample_of(staying, user, loud(seed)) for seed in (1, 2))]
    withdraw_consent(user, withdrawn)
    delete_sample(user, samples[1])
    deletions = read_deletions()
    assert deletions == in_database()
    assert str(user.pk) not in list_path().read_text()
    bring_back(*samples)
    assert delete_again(deletions) == 2
    assert [(row.removal_reason, row.erased is None) for row in Sample.objects.order_by("number")] == [
        ("withdrawn", False),
        ("deleted", False),
        ("", True),
    ]
    place = blob_path(samples[0].digest)
    assert place is not None
    assert not place.exists()
    withdrawn.refresh_from_db()
    staying.refresh_from_db()
    assert (withdrawn.withdrawn is None, staying.withdrawn) == (False, None)
    assert AuditEntry.objects.get(action="data.delete-again").data == {"count": 2}
    assert delete_again(deletions) == 0


@pytest.mark.protects("recordings/answers")
def test_outcomes_that_come_back_with_their_sample_are_deleted_again(project: Project, user: User) -> None:
    consent = consent_of(user, project)
    sample = sample_of(consent, user, loud(0))
    build = evaluated(built(user, project), [SampleOutcome(sample.digest, "knock", "other")])
    file = ArtefactFile.objects.get(role=FileRole.EVALUATION)
    earlier = read_blob(file.blob_id)
    withdraw_consent(user, consent)
    deletions = read_deletions()
    bring_back(sample)
    assert build.artefact is not None
    link_evaluation(build.artefact, SET, put_bytes(earlier))
    Blob.objects.update(put_at=timezone.now() - timedelta(hours=1))
    build.refresh_from_db()
    evaluation = evaluation_of(build)
    assert evaluation is not None
    assert [each.name for each in evaluation.outcomes] == [sample.digest]
    assert delete_again(deletions) == 1
    evaluation = evaluation_of(build)
    assert evaluation is not None
    assert (evaluation.outcomes, evaluation.removed) == ((), 1)
    assert file.blob_id not in stored_digests()


def test_a_deletion_whose_process_died_before_its_line_is_listed_by_the_server(
    project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [sample_of(consent_of(user, project), user, loud(seed)) for seed in (1, 2)]
    with monkeypatch.context() as died:
        died.setattr("forge.datasets.removals.deletion_list._append", lambda _: None)
        withdraw_consent(user, samples[0].consent)
    delete_sample(user, samples[1])
    assert read_deletions().samples == {samples[1].pk: "deleted"}
    task = tasks["data-deletions"]
    run_once(task)
    assert (read_deletions(), task.runs) == (in_database(), RunsIn.EACH_SERVER)
    size = list_path().stat().st_size
    run_once(task)
    assert list_path().stat().st_size == size


def test_what_was_deleted_before_there_was_a_list_is_listed(project: Project, user: User) -> None:
    consent = consent_of(user, project)
    first, second = (sample_of(consent, user, loud(seed)) for seed in (1, 2))
    delete_sample(user, first)
    list_path().unlink()
    list_missing()
    delete_sample(user, second)
    with list_path().open("ab") as file:
        file.write(b'{"samples": {"half a li')
    end_consents(timezone.now() + timedelta(days=900))
    assert read_deletions().samples == {first.pk: "deleted", second.pk: "deleted"}


BEGIN = """
from tests.support.forge.factories.recordings import consent_of, sample_of
from forge.accounts.models import Membership, Organisation, Role, User
from forge.projects.models import Project
user = User.objects.create_user("one@acme.example", name="One")
team = Organisation.objects.create(name="acme", title="Acme")
Membership.objects.create(organisation=team, user=user, role=Role.OWNER)
project = Project.objects.create(organisation=team, name="kitchen", created_by=user)
sample_of(consent_of(user, project), user)
"""
WITHDRAW = """
from forge.accounts.models import User
from forge.datasets.models import Consent
from forge.datasets.samples.actions import withdraw_consent
withdraw_consent(User.objects.get(), Consent.objects.get())
"""
LOOK = """
from forge.datasets.models import Sample
import json
print(json.dumps(Sample.objects.get().removal_reason))
"""


@pytest.mark.slow
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_restore_says_what_it_deleted_again(tmp_path: Path, is_listed: bool) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data")}
    environment = {name: value for name, value in environment.items() if name != "DJANGO_SETTINGS_MODULE"}

    def run(*arguments: str) -> str:
        result = manage(environment, *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    run("migrate", "--verbosity=0")
    run("shell", "--no-imports", "-c", BEGIN)
    backup = str(tmp_path / "backup")
    run("backup", backup)
    run("shell", "--no-imports", "-c", WITHDRAW)
    if is_listed:
        (tmp_path / "data" / "forge.sqlite3").rename(tmp_path / "replaced.sqlite3")
        assert "1 recording of the backup" in run("restore", backup)
    else:
        environment["DATA_DIR"] = str(tmp_path / "other")
        assert "has no deletions.jsonl" in run("restore", backup)
    reason = json.loads(run("shell", "--no-imports", "-c", LOOK).splitlines()[-1])
    assert reason == ("withdrawn" if is_listed else "")
