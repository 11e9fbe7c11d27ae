"""Pages and the API say what a model of sounds calls in silence, noise and tones, and before training that the data
lacks background. All say the same sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Build
from forge.datasets.models import DataSet, Sample
from forge.datasets.splits.warnings import LabelCounts
from forge.datasets.versions.actions import save_version
from forge.learning.background.data import FEWEST, MOST, background_sentence, background_warning
from forge.learning.background.trials import background_of_build, background_of_run
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.bounded import bounded_report
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review
from rune.assessment.evaluation.trials.background import BackgroundTrial, CalledSound
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.recordings import LabelledRecording, consent_of, loud, samples_of
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
TRIAL = BackgroundTrial(
    60, (CalledSound("silence", "hammer", 0.71), CalledSound("white noise at -40 dB", "hammer", 0.9))
)
SENTENCE = "The model calls silence hammer, 71 % sure. In 2 of 60 sounds of silence, noise and tones it calls hammer."
QUIET = BackgroundTrial(60, ())
LACKS = "There are no sounds of background"
PROJECT = "/acme/kitchen"


def counts(**labels: int) -> list[LabelCounts]:
    return [LabelCounts(label, {"train": count}, {}) for label, count in labels.items()]


def test_data_without_background_says_what_happens_and_what_to_record() -> None:
    assert background_sentence(counts(hammer=40, knock=20)) == (
        "There are no sounds of background: a model that never learned what silence and noise are calls them hammer or "
        "knock. Record 20 or more of the place where the app will run, with nothing to recognise in them, and label "
        "them background."
    )


def test_too_little_background_says_how_much_is_there() -> None:
    sentence = background_sentence(counts(hammer=40, background=3))
    assert sentence.startswith("Only 3 sounds are background: ")
    assert "Record 17 or more" in sentence


def test_enough_background_in_any_word_for_it_and_data_of_anomalies_say_nothing() -> None:
    for name in ("background", "silence", "noise", "_background_noise_", "Other", "unknown"):
        spelled = name if name != "_background_noise_" else "_background_"
        assert background_sentence(counts(**{"hammer": 2 * FEWEST, spelled: FEWEST})) == ""
    assert background_sentence(counts(hammer=5000, noise=MOST)) == ""
    assert background_sentence(counts(normal=40, broken=4)) == ""
    assert background_sentence(counts(noise=4)) == background_sentence(()) == ""


def sounds(user: User, project: Project, *labels: str) -> None:
    """Returns one sound for each label in a version of the data."""
    count = Sample.objects.count()
    recordings = [LabelledRecording(loud(count + number), label) for number, label in enumerate(labels)]
    samples_of(consent_of(user, project), user, recordings)
    revision = DataSet.objects.values_list("revision", flat=True).get(project=project)
    save_version(user, project, revision=revision)


def test_the_data_of_a_project_lacks_background_only_where_it_has_sounds(user: User, project: Project) -> None:
    assert background_warning(user, project) == ""
    motion_version(user, project)
    assert background_warning(user, project) == ""
    sounds(user, project, "hammer")
    assert background_warning(user, project).startswith(LACKS)


def test_the_summary_of_data_says_over_the_api_that_there_is_no_background(
    client: Client, user: User, project: Project
) -> None:
    sounds(user, project, "hammer", "knock")
    (advice,) = client.get(f"/api/v1/projects{PROJECT}/data").json()["advice"]
    assert advice == background_warning(user, project)
    assert advice.startswith(LACKS)


@pytest.mark.slow
def test_data_says_before_training_that_there_is_no_background(client: Client, user: User, project: Project) -> None:
    sounds(user, project, "hammer", "knock")
    assert LACKS in client.get(f"{PROJECT}/data").content.decode()
    sounds(user, project, *["background"] * FEWEST)
    assert LACKS not in client.get(f"{PROJECT}/data").content.decode()


@pytest.mark.slow
def test_training_says_it_before_the_start_and_not_for_recipes_that_need_none(
    client: Client, user: User, project: Project
) -> None:
    sounds(user, project, "hammer", "knock")
    page = client.get(f"{PROJECT}/training").content.decode()
    assert LACKS in page
    assert ">Train</button>" in compact(page)
    for recipe in ("wake-word", "sound-anomaly", "sound-autoencoder"):
        assert LACKS not in client.get(f"{PROJECT}/training?recipe={recipe}").content.decode()
    write_file(user, project, "forge.yml", b"training: {recipe: wake-word, data: data}\n")
    assert LACKS not in client.get(f"{PROJECT}/data").content.decode()


def tried_run(user: User, project: Project, trial: BackgroundTrial) -> TrainingRun:
    """A finished run whose rune was tried, as a worker stores it."""
    motion_version(user, project)
    run = finish_run(motion_run(user, project))
    run.report["background"] = trial.to_json()
    run.save()
    return run


def test_a_run_says_over_the_api_what_it_calls_in_silence(client: Client, user: User, project: Project) -> None:
    run = tried_run(user, project, TRIAL)
    assert background_of_run(run) == TRIAL
    answer = client.get(f"/api/v1/projects{PROJECT}/training/1").json()["background"]
    assert (answer["sounds"], answer["called"][0]) == (60, {"sound": "silence", "label": "hammer", "share": 0.71})
    assert answer["sentence"].startswith(SENTENCE)
    TrainingRun.objects.update(report={})
    assert client.get(f"/api/v1/projects{PROJECT}/training/1").json()["background"] is None


@pytest.mark.slow
def test_the_page_of_a_run_and_of_its_change_request_say_it(client: Client, user: User, project: Project) -> None:
    tried_run(user, project, TRIAL)
    assert SENTENCE in client.get(f"{PROJECT}/training/1").content.decode()
    answer = client.post(f"/api/v1/projects{PROJECT}/training/1/use", {}, content_type="application/json").json()
    assert SENTENCE in client.get(answer["change_url"]).content.decode()


@pytest.mark.slow
def test_a_run_that_calls_nothing_says_so_without_a_warning(client: Client, user: User, project: Project) -> None:
    tried_run(user, project, QUIET)
    page = compact(client.get(f"{PROJECT}/training/1").content.decode())
    assert f'<p class="notice written" data-background>{QUIET.sentence}</p>' in page.replace("> ", ">").replace(
        " <", "<"
    )


@pytest.fixture
def tried_build(developer: Any, project: Project) -> Build:
    """A build whose rune was tried, as a worker stores it."""
    return built(developer, project, background=TRIAL.to_json())


def test_a_build_without_a_trial_says_nothing(developer: Any, project: Project, tried_build: Build) -> None:
    assert background_of_build(tried_build) == TRIAL
    write_file(developer, project, "notes.txt", b"other files")
    assert background_of_build(built(developer, project)) is None


@pytest.mark.slow
def test_the_page_of_a_build_and_publish_say_it_beside_the_button(client: Client, tried_build: Build) -> None:
    assert SENTENCE in client.get(f"{PROJECT}/builds/{tried_build.number}/accuracy").content.decode()
    page = client.get(f"{PROJECT}/builds/{tried_build.number}/publish").content.decode()
    assert SENTENCE in page
    assert f"Publish build {tried_build.number}" in page[page.index(SENTENCE) :]


@pytest.mark.slow
def test_a_review_says_it(
    client: Client, developer: Any, project: Project, tried_build: Build, maintainer: Any
) -> None:
    group = RequestedGroup((maintainer.pk,))
    review = ask_for_review(developer, tried_build, "Look", reviewers=[group])
    assert SENTENCE in client.get(review.get_absolute_url()).content.decode()


@pytest.mark.protects("recordings/background")
def test_a_report_keeps_built_in_sounds_and_labels_of_the_run_alone() -> None:
    report = {"judgements": {}, "background": TRIAL.to_json()}
    assert bounded_report(report, 0, ["hammer"])["background"] == TRIAL.to_json()
    assert "background" not in bounded_report(report, 0, ["knock"])
    assert "background" not in bounded_report({"judgements": {}}, 0, ["hammer"])
