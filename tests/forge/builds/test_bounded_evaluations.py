"""Evaluations say bounded things of samples, also those of before an upgrade, and nothing of deleted ones."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from forge.accounts.models import User
from forge.builds.evaluations.outcomes import (
    evaluation_of,
    evaluation_on,
    keep_evaluation,
    link_evaluation,
    put_evaluation,
    samples_under_test,
    summary_of,
)
from forge.builds.evaluations.removing import remove_outcomes
from forge.builds.models import ArtefactFile, Build, FileRole
from forge.compute.errors import MalformedAnswer
from forge.core.blobs.store import read_blob, stored_digests
from forge.core.models import Blob
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Consent, Sample, SampleAnalysis, SampleAnswer
from forge.datasets.removals.actions import end_consents, withdraw_consent
from forge.datasets.versions.actions import save_for_build
from forge.projects.models import Project
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.source.policy.read import read_policy
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.evaluations import SET, evaluated
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("recordings/answers")]


@pytest.fixture
def consents(project: Project, owner: User) -> list[Consent]:
    """Returns the consents of three recordings for tests, of three people."""
    tests = frozenset({Purpose.TESTS})
    consents = [consent_of(owner, project, purposes=tests) for _ in range(3)]
    for number, consent in enumerate(consents):
        sample_of(consent, owner, label="knock", pseudonym=f"Guest {number}")
    return consents


def evaluated_before(build: Build, digests: list[str]) -> ArtefactFile:
    """The evaluation of a build as versions before this one stored it."""
    answer = {"label": "knock", "answer": "the recording, in letters", "margin": 0.1234, "failure": None}
    rest = {"events": 0, "hits": 0, "false_alarms": 0, "seconds": 0.0, "is_marked": False, "right": False}
    document = {
        "format": 1,
        "known_labels": [],
        "outcomes": [{"name": digest, **answer, **rest} for digest in digests],
        "unread": [{"name": "sha256:" + "9" * 64, "reason": "Unable to parse 'the recording'"}],
        "left": 0,
    }
    assert build.artefact is not None
    link_evaluation(build.artefact, SET, put_evaluation(document))
    Build.objects.filter(pk=build.pk).update(
        samples=SET, evaluation=summary_of(Evaluation.from_json(document).to_json())
    )
    build.refresh_from_db()
    return ArtefactFile.objects.get(role=FileRole.EVALUATION)


def test_the_upgrade_bounds_stored_evaluations_and_deletes_their_earlier_bytes(
    project: Project, developer: User, consents: list[Consent]
) -> None:
    digests = sorted(Sample.objects.values_list("digest", flat=True))
    build = built(developer, project)
    earlier = evaluated_before(build, digests).blob_id
    import_module("forge.builds.migrations.0014_bounded_evaluations").bound_evaluations(apps, None)
    file = ArtefactFile.objects.get(role=FileRole.EVALUATION)
    text = read_blob(file.blob_id).decode()
    assert file.blob_id != earlier
    assert (earlier in stored_digests(), Blob.objects.filter(pk=earlier).exists()) == (False, False)
    assert "in letters" not in text
    assert "parse" not in text
    evaluation = evaluation_of(build)
    assert evaluation is not None
    assert [(each.answer, each.margin) for each in evaluation.outcomes] == [("other", 0.12)] * 3


def test_the_upgrade_bounds_the_answers_of_analyses_and_looks_again_at_deleted_samples(
    project: Project, owner: User, consents: list[Consent]
) -> None:
    withdraw_consent(owner, consents[2])
    assert Sample.objects.filter(erased__isnull=False).count() == 1
    first, second = Sample.objects.available().order_by("number")
    SampleAnswer.objects.create(sample=first, rune="sha256:1", label="in letters", scores={"in letters": 0.98765})
    SampleAnswer.objects.create(sample=second, rune="sha256:1", label="Knock", scores={"Knock": 0.98765})
    SampleAnswer.objects.create(sample=second, rune="sha256:2", reason="Unable to parse 'the recording'")
    SampleAnalysis.objects.create(sample=first, recipe=1, answer="in letters", score=0.98765)
    upgrade = import_module("forge.datasets.migrations.0013_protected_runs")
    upgrade.bound_answers(apps, None)
    rows = SampleAnswer.objects.order_by("sample__number", "rune").values_list("label", "scores", "reason")
    assert list(rows) == [("other", {}, ""), ("knock", {"knock": 0.99}, ""), ("", {}, "the rune gave no answer")]
    assert SampleAnalysis.objects.values_list("answer", "score").get() == ("other", 0.99)
    upgrade.erase_again(apps, None)
    assert not Sample.objects.filter(erased__isnull=False).exists()
    end_consents()
    assert Sample.objects.filter(erased__isnull=False).count() == 1


def test_outcomes_go_with_their_sample_and_the_figures_and_judgements_follow(
    project: Project, developer: User, owner: User, consents: list[Consent]
) -> None:
    digests = [sample.digest for sample in Sample.objects.order_by("number")]
    policy = read_policy("limits:\n  accuracy: 30 %\n").policy
    assert policy is not None
    build = built(developer, project, policy=policy.to_json())
    outcomes = [SampleOutcome(digest, "knock", "knock" if place else "other") for place, digest in enumerate(digests)]
    evaluated(build, outcomes)
    earlier = ArtefactFile.objects.get(role=FileRole.EVALUATION).blob_id
    withdraw_consent(owner, consents[0])
    build.refresh_from_db()
    evaluation = evaluation_of(build)
    assert evaluation is not None
    assert [each.name for each in evaluation.outcomes] == digests[1:]
    assert [each["figure"]["value"] for each in build.judgements] == [1.0]
    assert build.evaluation is not None
    assert (build.evaluation["samples"], build.evaluation["accuracy"]) == (2, 1.0)
    assert earlier not in stored_digests()
    assert digests[0] not in str([*Build.objects.values()])
    # Nothing is left to do for those that are gone.
    stored_file = ArtefactFile.objects.get(role=FileRole.EVALUATION).blob_id
    remove_outcomes(consents[0].data_set_id, {digests[0]})
    assert ArtefactFile.objects.get(role=FileRole.EVALUATION).blob_id == stored_file


def test_an_evaluation_is_not_stored_when_one_of_its_samples_was_deleted_meanwhile(
    project: Project, developer: User, owner: User, consents: list[Consent]
) -> None:
    tests = samples_under_test(save_for_build(project), project)
    assert tests is not None
    build = built(developer, project)
    assert build.artefact is not None
    outcomes = tuple(SampleOutcome(each.digest, "knock", "in letters") for each in tests.samples)
    document = Evaluation((), outcomes).to_json()
    withdrawn = consents[0].samples.get().digest
    withdraw_consent(owner, consents[0])
    keep_evaluation(build.artefact, tests, document)
    assert not ArtefactFile.objects.filter(role=FileRole.EVALUATION).exists()
    fewer = samples_under_test(save_for_build(project), project)
    assert fewer is not None
    with pytest.raises(MalformedAnswer, match="other samples"):
        keep_evaluation(build.artefact, fewer, document)
    result = keep_evaluation(build.artefact, fewer, Evaluation((), outcomes).without({withdrawn}).to_json())
    assert [each["answer"] for each in result["outcomes"]] == ["other", "other"]
    assert evaluation_on(build.artefact, fewer.digest) == Evaluation.from_json(result)
