"""The current build's answers about every sample, the labels that may be wrong, and the samples that are alike.

The rune of these tests says which axis of one motion sample is the greatest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.actions import request_build
from forge.compute.errors import MalformedAnswer
from forge.compute.pool.answer_reading import SampleComparisonJson
from forge.compute.pool.compiler import Compiler
from forge.datasets.analysis import actions, comparing, job
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Consent, DataAnalysis, DataSet, SampleAnswer
from forge.datasets.models.analysis import SampleAnalysis
from forge.datasets.pages import data
from forge.datasets.removals.actions import delete_sample, withdraw_consent
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.environments import job as environment_job
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.environments.analysis import ANALYSIS
from tests.support.forge.factories.builds import run_job, take_job
from tests.support.forge.factories.evaluations import RUNEFILE
from tests.support.forge.factories.recordings import consent_of, loud, png, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

DATA = "/api/v1/projects/acme/kitchen/data"


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> None:
    """Nobody is woken, and the process that reads samples stays from test to test."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    run = job.run_analysis_job
    monkeypatch.setitem(vars(job.ANALYSIS), "execute", lambda context: run(context, lambda: nullcontext(compiler)))


@pytest.fixture
def consent(user: User, project: Project) -> Consent:
    return consent_of(user, project)


@pytest.fixture
def rune(project: Project, user: User, compiler: Compiler) -> str:
    """The digest of the project's newest build."""
    write_file(user, project, "Runefile.yml", RUNEFILE)
    build = request_build(user, project)
    run_job(take_job(), lambda: nullcontext(compiler))
    build.refresh_from_db()
    assert build.artefact is not None
    return build.artefact.digest


def run_jobs() -> None:
    """Does a worker's jobs."""
    JobSlots(1, (WorkerCapability.BUILD,), threading.Event()).work()


def analysed(client: Client) -> Any:
    answer = client.post(f"{DATA}/analysis")
    assert (answer.status_code, answer.json()["is_running"]) == (202, True), answer.content
    run_jobs()
    report = client.get(f"{DATA}/analysis").json()
    assert report["error"] == ""
    return report


def numbers(client: Client, **filters: str) -> list[int]:
    read: list[int] = client.get(f"{DATA}/samples/numbers", filters).json()["numbers"]
    return read


def test_the_current_build_answers_each_sample_once(
    client: Client, project: Project, user: User, consent: Consent, rune: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ((b"1,0,0", "Left"), (b"0,1,0", "left"), (b"0,0,1", "right"), (b"0,2,0", ""), (b"0,3,0", "up"))
    for row, label in rows:
        sample_of(consent, user, row, label=label)
    sample_of(consent, user, loud(1), label="left")
    report = analysed(client)
    assert (report["build"], report["problem"], report["is_current"]) == ("build 1", "", True)
    assert (report["analysed"], report["wrong"], report["proposals"]) == (6, 1, 1)
    assert {(each["label"], each["answer"]): each["count"] for each in report["confusion"]} == {
        ("Left", "Left"): 1,
        ("left", "up"): 1,
        ("right", "right"): 1,
        ("up", "up"): 1,
    }
    assert numbers(client, wrong="true") == [2]
    assert numbers(client, proposal="true") == [4]
    assert numbers(client, answer="up") == [5, 4, 2]
    sample = client.get(f"{DATA}/samples/2").json()["sample"]
    assert (sample["analysis"]["answer"], sample["analysis"]["outlier"]) == ("up", False)
    answer = SampleAnswer.objects.get(sample__number=6)
    assert answer.label == ""
    assert answer.reason

    # A label that changes is compared with the answer that there is, and no sample is run again.
    mark_samples(user, project, [SampleMark(2, label="up")], DataSet.objects.get().revision)
    assert numbers(client, wrong="true") == []
    assert client.get(f"{DATA}/analysis").json()["is_current"] is False
    operations: list[Any] = []
    ask = job._Process.ask_of

    def noted(self: Any, *rest: Any, **request: Any) -> Any:
        operations.append(request["op"])
        return ask(self, *rest, **request)

    monkeypatch.setattr(job._Process, "ask_of", noted)
    sample_of(consent, user, b"0,0,5", label="left")
    assert analysed(client)["wrong"] == 1
    assert operations == ["describe-samples", "answer-samples"]


@pytest.mark.protects("recordings/answers")
def test_an_answer_that_is_no_label_of_the_data_is_other_until_a_sample_has_that_label(
    client: Client, user: User, consent: Consent, rune: str
) -> None:
    sample_of(consent, user, b"1,0,0", label="left")
    sample_of(consent, user, b"0,1,0", label="left")
    unlabelled = sample_of(consent, user, b"0,2,0", label="")
    assert analysed(client)["proposals"] == 0
    answers = dict(SampleAnswer.objects.values_list("sample__number", "label"))
    assert answers == {1: "left", 2: "other", 3: "other"}
    assert client.get(f"{DATA}/samples/2").json()["sample"]["analysis"]["answer"] == "other"
    assert client.get(f"{DATA}/samples/3").json()["sample"]["analysis"]["answer"] == ""
    sample_of(consent, user, b"0,3,0", label="up")
    assert analysed(client)["proposals"] == 1
    assert SampleAnswer.objects.get(sample=unlabelled).label == "up"


def test_without_a_build_samples_are_compared_all_the_same(client: Client, user: User, consent: Consent) -> None:
    for number in range(3):
        sample_of(consent, user, loud(number), label="knock")
    report = analysed(client)
    assert (report["build"], report["wrong"], report["analysed"]) == ("", 0, 3)
    assert "Labels are compared once" in report["label_problem"]


def test_near_duplicates_across_splits_are_named(client: Client, user: User, consent: Consent) -> None:
    rows = [f"{index * 7 % 13},{index * 5 % 11},{index * 3 % 17}" for index in range(200)]
    first = sample_of(consent, user, "\n".join(rows).encode(), pseudonym="Guest 1")
    second = sample_of(consent, user, "\n".join([*rows[:-1], "0,0,0"]).encode(), pseudonym="Guest 2")
    sample_of(consent, user, "\n".join(rows[::-1]).encode(), pseudonym="Guest 1")
    assert first.split != second.split
    report = analysed(client)
    assert (report["alike"], report["crossing"]) == (2, 2)
    assert numbers(client, alike="true") == numbers(client, likeness="1") == [2, 1]
    assert any("near-duplicates in another" in each for each in report["sentences"])


def test_labels_that_contradict_all_others_are_suspects_until_somebody_changes_them(
    client: Client, project: Project, user: User, consent: Consent
) -> None:
    for number in range(60):
        axis, label = ((number, 0, 0), "x") if number % 2 else ((0, number + 1, 0), "y")
        label = {"x": "y", "y": "x"}[label] if number in (10, 31) else label
        row = ",".join(str(value) for value in axis)
        sample_of(consent, user, f"{row}\n{row}".encode(), label=label, pseudonym=f"Guest {number % 6}")
    report = analysed(client)
    assert set(numbers(client, suspect="true")) == {11, 32}
    assert report["suspects"] == 2
    analysis = client.get(f"{DATA}/samples/11").json()["sample"]["analysis"]
    assert analysis["suggestion"] == "y"
    assert analysis["confidence"] < 0.5
    mark_samples(user, project, [SampleMark(11, label="y")], DataSet.objects.get().revision)
    assert numbers(client, suspect="true") == [32]


def test_models_that_doubt_labels_learn_from_no_sample_that_is_for_tests_only(user: User, project: Project) -> None:
    train_sample = sample_of(consent_of(user, project), user, b"1,2,3")
    test_sample = sample_of(
        consent_of(user, project, purposes=frozenset({Purpose.TESTS})), user, b"4,5,6", pseudonym="A"
    )
    for sample in (train_sample, test_sample):
        SampleAnalysis.objects.create(sample=sample, recipe=1, features=b"12", words=b"1234")
    ((kind, rows),) = comparing.rows_to_compare(type(test_sample).objects.available())
    assert (kind, [(row.number, row.label, row.learned_label) for row in rows]) == (
        "motion",
        [(1, "knock", "knock"), (2, "knock", "")],
    )


def test_what_was_computed_goes_with_the_bytes(
    client: Client, project: Project, user: User, consent: Consent, rune: str
) -> None:
    samples = [sample_of(consent, user, row) for row in (b"1,0,0", b"0,1,0", b"0,0,1")]
    analysed(client)
    assert (SampleAnalysis.objects.count(), SampleAnswer.objects.count()) == (3, 3)
    samples[0].refresh_from_db()
    delete_sample(user, samples[0])
    assert (SampleAnalysis.objects.count(), SampleAnswer.objects.count()) == (2, 2)
    withdraw_consent(user, consent)
    assert (SampleAnalysis.objects.count(), SampleAnswer.objects.count()) == (0, 0)


def test_a_sample_that_is_deleted_meanwhile_gets_no_analysis(
    client: Client, user: User, consent: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [sample_of(consent, user, row) for row in (b"1,0,0", b"0,1,0")]
    ask: Callable[..., Any] = job._Process.ask_of

    def deleting(self: Any, batch: Any, *rest: Any, **request: Any) -> Any:
        answer = ask(self, batch, *rest, **request)
        if len(samples) == 2:
            delete_sample(user, samples.pop())
        return answer

    monkeypatch.setattr(job._Process, "ask_of", deleting)
    assert analysed(client)["analysed"] == 1, "the job was taken from its worker, and began again with the other sample"


def test_a_picture_that_cannot_be_decoded_stops_nothing(client: Client, user: User, consent: Consent) -> None:
    sample_of(consent, user, png(width=3), label="dark")
    sample_of(consent, user, png(width=9000 % 4096, height=4096), label="dark", alone=True)
    assert analysed(client)["analysed"] == 2


def test_an_analysis_that_fails_says_why(client: Client, user: User, consent: Consent) -> None:
    sample_of(consent, user)
    client.post(f"{DATA}/analysis")
    Job.objects.update(state=JobState.FAILED, error="The samples could not be read.")
    report = client.get(f"{DATA}/analysis").json()
    assert (report["is_running"], report["error"]) == (False, "The samples could not be read.")
    assert client.post(f"{DATA}/analysis").status_code == 202


@pytest.mark.parametrize(
    "answer",
    [
        {"suspects": [], "reason": "", "duplicates": [[0, 7]], "outliers": []},
        {"suspects": [], "reason": "", "duplicates": [], "outliers": [-1]},
        {"suspects": [{"index": 0, "suggestion": "<b>", "confidence": 0.1}], "duplicates": [], "outliers": []},
    ],
)
def test_positions_and_labels_that_there_are_not_are_refused(
    answer: SampleComparisonJson, user: User, consent: Consent
) -> None:
    row = comparing.ComparedSample(consent.pk, 1, "a", "a", "", "train", b"", b"")
    with pytest.raises(MalformedAnswer):
        comparing.compare(comparing.ComparisonResults(), [row], answer)


def test_a_project_without_samples_has_nothing_to_analyse(client: Client, project: Project) -> None:
    assert client.post(f"{DATA}/analysis").status_code == 409
    assert client.get(f"{DATA}/analysis").json()["finished"] is None
    assert not DataAnalysis.objects.exists()


def test_labels_are_compared_once_the_libraries_are_prepared(
    client: Client, project: Project, user: User, consent: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "missing_analysis", lambda *_: (ANALYSIS,))
    monkeypatch.setattr("forge.jobs.actions.notify_workers", lambda capability: None)
    requests: list[Any] = []

    def prepare(request: Any, *_: Any, **__: Any) -> Any:
        requests.append(request)
        return {"packages": 35, "version": "2"}

    monkeypatch.setattr(environment_job, "ask_lab", prepare)
    sample_of(consent, user, b"1,0,0", label="left")
    page = client.get("/acme/kitchen/data").content.decode()
    assert ANALYSIS.size_text in page
    assert "Prepare it and check" in page
    assert client.post("/acme/kitchen/data/analysis/environment").status_code == 302
    Job.objects.filter(kind="converter-environment").update(activity="Fetching packages")
    assert client.get(f"{DATA}/analysis").json()["activity"] == "Fetching packages"
    run_jobs()  # of another kind of worker: the analysis waits for the preparation
    assert client.get(f"{DATA}/analysis").json()["is_running"]
    JobSlots(1, (WorkerCapability.LAB, WorkerCapability.BUILD), threading.Event()).work()
    assert requests == [{"action": "prepare", "environment": "analysis"}]
    assert client.get(f"{DATA}/analysis").json()["finished"] is not None


@pytest.mark.protects("uploads/downloads-of-others")
def test_nobody_but_the_first_account_makes_the_server_download_what_compares(
    client: Client, project: Project, user: User, consent: Consent, settings: Any
) -> None:
    settings.EMBEDDED_WORKER = False
    sample_of(consent, user, b"1,0,0", label="left")
    assert client.post(f"{DATA}/analysis/environment").status_code == 403
    assert not Job.objects.exists()
