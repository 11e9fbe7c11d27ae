"""The labelling queue: two people share it without doing work twice, and what they disagree about is settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.core.errors import Forbidden, Invalid
from forge.datasets.consent_terms import Purpose
from forge.datasets.labelling.actions import label_in_queue, take_next, undo_in_queue
from forge.datasets.labelling.queue import QueueMode, counts_of, labellers_of
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.analysis import SampleAnalysis
from forge.datasets.models.labelling import LabelClaim, SampleOpinion
from forge.datasets.playing import restrict_playing
from forge.datasets.removals.actions import delete_sample
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.projects.models import Project
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND, DISPUTES = QueueMode.UNLABELLED, QueueMode.SECOND_LOOK, QueueMode.DISAGREEMENTS
PAGE = "/acme/kitchen/data/queue"


def give(person: User, project: Project, *labels: str) -> None:
    consent = consent_of(person, project)
    for label in labels:
        sample_of(consent, person, label=label, pseudonym="Guest 1")


def take(person: User, project: Project, mode: QueueMode = FIRST) -> int | None:
    sample = take_next(person, project, mode)
    return None if sample is None else sample.number


def state_of(number: int) -> tuple[str, str, bool]:
    """The label of a sample, who gave it, and whether it is in dispute."""
    sample = Sample.objects.select_related("labelled_by").get(number=number)
    return sample.label, str(sample.labelled_by or ""), sample.is_disputed


@pytest.mark.slow
def test_two_people_never_look_at_the_same_sample(project: Project, user: User, maintainer: User) -> None:
    give(user, project, *[""] * 6)
    numbers: list[int] = []
    while (one := take(user, project)) is not None:
        numbers.append(one)
        if (other := take(maintainer, project)) is not None:
            numbers.append(other)
            label_in_queue(maintainer, project, other, "glass")
        label_in_queue(user, project, one, "knock")
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    assert not SampleOpinion.objects.exclude(person__in=[user, maintainer]).exists()
    assert [each.label_count for each in labellers_of(user, project)] == [3, 3]
    assert counts_of(user, project).unlabelled == 0


@pytest.mark.slow
def test_a_sample_comes_back_when_who_had_it_looks_at_another_or_is_gone(
    project: Project, user: User, maintainer: User
) -> None:
    give(user, project, "", "")
    assert (take(user, project), take(maintainer, project)) == (2, 1)
    assert take(user, project) == 2, "one's own stays"
    LabelClaim.objects.filter(person=user).update(until=timezone.now() - timedelta(seconds=1))
    label_in_queue(maintainer, project, 1, "glass")
    assert take(maintainer, project) == 2


@pytest.mark.slow
def test_who_was_too_slow_loses_nothing(project: Project, user: User, maintainer: User) -> None:
    give(user, project, "")
    assert take(user, project) == 1
    LabelClaim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert take(maintainer, project) == 1
    label_in_queue(maintainer, project, 1, "glass")
    label_in_queue(user, project, 1, "knock")
    assert state_of(1) == ("glass", str(maintainer), True)
    assert set(SampleOpinion.objects.values_list("label", flat=True)) == {"glass", "knock"}


@pytest.mark.slow
def test_a_second_look_is_given_to_somebody_else_and_once(project: Project, user: User, maintainer: User) -> None:
    give(user, project, "knock", "glass")
    assert take(user, project, SECOND) is None, "they labelled them"
    assert take(maintainer, project, SECOND) == 2
    label_in_queue(maintainer, project, 2, "glass")
    assert state_of(2) == ("glass", str(user), False)
    assert take(maintainer, project, SECOND) == 1
    label_in_queue(maintainer, project, 1, "knock")
    assert take(maintainer, project, SECOND) is None
    people = {
        each.person: (each.comparison_count, each.agreement_count, each.percent) for each in labellers_of(user, project)
    }
    assert people == {user: (2, 2, 100), maintainer: (2, 2, 100)}


@pytest.mark.slow
def test_who_answers_again_settles_nothing(project: Project, user: User, maintainer: User) -> None:
    give(user, project, "knock")
    label_in_queue(maintainer, project, 1, "glass")
    label_in_queue(user, project, 1, "bell")
    assert state_of(1) == ("bell", str(user), True)
    label_in_queue(user, project, 1, "knock", settles=True)
    label_in_queue(user, project, 1, "knock")
    assert state_of(1) == ("knock", str(user), False), "it stays settled"
    label_in_queue(user, project, 1, "glass")
    assert state_of(1) == ("glass", str(user), False), "both agree"


@pytest.mark.slow
def test_a_disagreement_is_shown_and_settled(
    project: Project, user: User, maintainer: User, owner: User, client: Client
) -> None:
    give(user, project, "knock")
    label_in_queue(maintainer, project, 1, "glass")
    assert state_of(1) == ("knock", str(user), True), "the first label stands until somebody settles it"
    assert client.get("/api/v1/projects/acme/kitchen/data").json()["disputed"] == 1
    assert client.get("/api/v1/projects/acme/kitchen/data/samples/numbers?disputed=true").json()["numbers"] == [1]
    panel = client.get("/acme/kitchen/data/samples/1").content.decode()
    assert "People disagree" in panel
    assert (str(maintainer) in panel, "glass" in panel) == (True, True)
    assert take(owner, project, DISPUTES) == 1
    label_in_queue(owner, project, 1, "glass", settles=True)
    assert state_of(1) == ("glass", str(owner), False)
    assert counts_of(owner, project).disagreements == 0
    detail = client.get("/api/v1/projects/acme/kitchen/data/samples/1").json()
    assert [each["label"] for each in detail["opinions"]] == ["knock", "glass", "glass"]


@pytest.mark.parametrize("settles", [{"label": "glass"}, {"confirms": True}])
def test_a_label_on_the_page_of_samples_settles_too_and_its_undo_brings_the_dispute_back(
    project: Project, user: User, maintainer: User, settles: dict[str, Any]
) -> None:
    give(user, project, "knock")
    label_in_queue(maintainer, project, 1, "glass")
    result = mark_samples(user, project, [SampleMark(1, **settles)], revision=DataSet.objects.get().revision)
    assert not Sample.objects.get().is_disputed
    mark_samples(user, project, result.before, revision=result.revision)
    assert state_of(1) == ("knock", str(user), True)


@pytest.mark.slow
def test_what_one_gave_is_taken_back(project: Project, user: User, maintainer: User) -> None:
    give(user, project, "")
    label_in_queue(user, project, 1, "knock")
    label_in_queue(maintainer, project, 1, "glass")
    undo_in_queue(maintainer, project, 1)
    assert state_of(1) == ("knock", str(user), False)
    assert LabelClaim.objects.get().person == maintainer
    undo_in_queue(user, project, 1)
    assert state_of(1) == ("", "", False)
    with pytest.raises(Invalid, match="no label"):
        undo_in_queue(user, project, 1)


@pytest.mark.slow
def test_what_the_build_is_least_certain_of_comes_first(project: Project, user: User) -> None:
    give(user, project, "", "", "")
    for number, score in ((1, 0.9), (2, 0.4)):
        sample = Sample.objects.get(number=number)
        SampleAnalysis.objects.create(sample=sample, recipe=1, features=b"", words=b"", answer="knock", score=score)
    order = []
    while (current := take(user, project)) is not None:
        order.append(current)
        label_in_queue(user, project, current, "knock")
    assert order == [2, 1, 3]
    assert set(Sample.objects.values_list("labelled_by", flat=True)) == {user.pk}, "a proposal is no label before"


@pytest.mark.protects("recordings/playing")
def test_the_queue_shows_nobody_what_they_may_not_play(project: Project, user: User, owner: User) -> None:
    give(owner, project, "", "knock")
    restrict_playing(owner, project, is_restricted=True)
    assert (take(user, project), take(user, project, SECOND)) == (None, None)
    assert take(owner, project) == 1


def test_the_label_of_a_test_sample_is_settled_by_owners(
    project: Project, user: User, maintainer: User, owner: User
) -> None:
    sample_of(consent_of(user, project, purposes=frozenset({Purpose.TESTS})), user, label="knock")
    save_version(user, project, revision=1)
    label_in_queue(maintainer, project, 1, "glass")
    assert state_of(1) == ("knock", str(user), True)
    for person in (user, maintainer):
        with pytest.raises(Forbidden):
            label_in_queue(person, project, 1, "glass", settles=True)
    label_in_queue(owner, project, 1, "glass", settles=True)
    assert state_of(1)[0] == "glass"


@pytest.mark.slow
def test_what_people_said_of_a_sample_goes_with_it(project: Project, user: User, maintainer: User) -> None:
    give(user, project, "knock")
    label_in_queue(maintainer, project, 1, "glass")
    take(user, project, DISPUTES)
    delete_sample(user, Sample.objects.get())
    assert not SampleOpinion.objects.exists()
    assert not LabelClaim.objects.exists()


@pytest.mark.slow
def test_the_page_labels_skips_undoes_and_stops_without_scripts(client: Client, project: Project, user: User) -> None:
    give(user, project, "knock", "", "")

    def act(do: str, **fields: str) -> str:
        answer = client.post(PAGE, {"do": do, "mode": "unlabelled", **fields}, follow=True)
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert "Label with others" in client.get(PAGE).content.decode()
    assert "Sample 0003" in act("take")
    assert "Sample 0002" in act("skip", number="3")
    page = act("label", number="2", label="glass", skipped="3")
    assert "Nothing more of this kind is waiting for you" in page
    assert "Undo 2" in page
    assert "Sample 0002" in act("undo", last="2")
    assert state_of(2)[0] == ""
    assert 'value="glass"' not in act("take"), "no sample has that label now"
    assert "Sample" not in act("stop").split("<h1>")[1].split("Who labelled")[0].replace("samples", "")
    response = client.post(PAGE, {"do": "label", "mode": "unlabelled", "number": "2", "label": " "})
    assert (response.status_code, "Choose a label." in response.content.decode()) == (400, True)


@pytest.mark.slow
def test_a_second_look_says_no_label(client: Client, project: Project, owner: User) -> None:
    give(owner, project, "knock", "glass")
    page = client.post(PAGE, {"do": "take", "mode": "second-look"}, follow=True).content.decode()
    assert "Sample 0002" in page
    assert "you see the label once you gave yours" in page
    form = page.split("data-queue-form")[1].split("</form>")[0]
    assert form.count(">glass<") == form.count(">knock<") == 1, "each is a choice, and none is said"


@pytest.mark.slow
def test_programs_share_the_queue(client: Client, project: Project, user: User, maintainer: User) -> None:
    give(user, project, "", "")
    base = "/api/v1/projects/acme/kitchen/data/queue"
    assert client.get(base).json()["unlabelled"] == 2
    take(maintainer, project)
    one = client.post(base, {"mode": "unlabelled"}, "application/json").json()["sample"]["number"]
    assert one == 1
    response = client.post(f"{base}/labels", {"number": 1, "label": "knock"}, "application/json")
    assert (response.status_code, response.json()["label"], response.json()["disputed"]) == (200, "knock", False)
    assert client.post(base, {"skipped_numbers": [2]}, "application/json").json() == {"sample": None}
    assert client.post(base, {"mode": "x"}, "application/json").status_code == 400
    people = client.get(base).json()["labellers"]
    assert [(each["label_count"], each["comparison_count"]) for each in people] == [(1, 0)]
