"""Agents read evaluations as figures with ranges, and samples by their number alone."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.builds.models import Build
from forge.datasets.models import Sample
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.tools.mcp.declarations import ToolRefused
from rune.tools.mcp.evaluations import verdict_of_accuracies
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.builds import RUNE, built, packed, waiting
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    return agent_of(developer, project)


@pytest.fixture
def samples(project: Project, owner: User) -> list[Sample]:
    consent = consent_of(owner, project)
    return [sample_of(consent, owner, label="yes", pseudonym=f"Guest Antonia {number}") for number in range(4)]


def outcomes(samples: list[Sample], *answers: str) -> list[SampleOutcome]:
    return [
        SampleOutcome(each.digest, "yes", answer, margin=0.5 if answer == "yes" else -0.5)
        for each, answer in zip(samples, answers, strict=True)
    ]


def pair(developer: User, project: Project, samples: list[Sample]) -> tuple[Build, Build]:
    """Two builds, of which the later one answers two more samples rightly, and one less."""
    before = evaluated(built(developer, project), outcomes(samples, "no", "no", "yes", "no"))
    write_file(developer, project, "level.py", b"GAIN = 2\n")
    after = evaluated(built(developer, project, RUNE + b"more"), outcomes(samples, "yes", "yes", "no", "no"))
    return before, after


def test_an_evaluation_has_ranges_and_the_worst_mistakes_by_number(
    agent: AgentAtWork, project: Project, developer: User, samples: list[Sample]
) -> None:
    build = evaluated(built(developer, project), outcomes(samples, "no", "yes", "yes", "no"))
    packed(build)
    answer = agent.call("read_evaluation", build=build.number)
    assert (answer.accuracy.right, answer.accuracy.samples, answer.wrong) == (2, 4, 2)
    assert answer.accuracy.low < 0.5 < answer.accuracy.high
    assert {each.name: each.right for each in answer.by_label} == {"yes": 2}
    assert {(each.sample, each.label, each.answer) for each in answer.mistakes} == {
        (samples[0].number, "yes", "no"),
        (samples[3].number, "yes", "no"),
    }
    assert any(each.verdict.startswith("fits") and each.ram_bytes for each in answer.boards)
    text = answer.model_dump_json()
    assert not [each for sample in samples for each in (sample.digest, str(sample.pk), "Antonia") if each in text]


def test_a_sample_that_was_deleted_has_no_number(
    agent: AgentAtWork, project: Project, developer: User, samples: list[Sample]
) -> None:
    deleted_samples = [SampleOutcome("sha256:" + "0" * 64, "yes", "no")]
    build = evaluated(built(developer, project), [*outcomes(samples, "no", "yes", "yes", "yes"), *deleted_samples])
    answer = agent.call("read_evaluation", build=build.number)
    assert (answer.wrong, [each.sample for each in answer.mistakes]) == (2, [samples[0].number])


def test_a_build_without_test_samples_says_so(agent: AgentAtWork, project: Project, developer: User) -> None:
    answer = agent.call("read_evaluation", build=built(developer, project).number)
    assert (answer.sentence, answer.accuracy) == ("The build ran on no test sample.", None)


def test_builds_are_compared_in_words_and_overlapping_ranges_are_said_to_be(
    agent: AgentAtWork, project: Project, developer: User, samples: list[Sample]
) -> None:
    before, after = pair(developer, project, samples)
    answer = agent.call("compare_builds", before=before.number, after=after.number)
    assert any("level.py" in each for each in answer.sentences)
    assert answer.became_right == sorted(each.number for each in samples[:2])
    assert answer.became_wrong == [samples[2].number]
    assert "no better than chance" in answer.verdict
    assert "overlap: the difference may be chance" in answer.verdict
    size = next(each for each in answer.figures if each.name == "Size")
    assert size.change.startswith("+")


def test_a_difference_that_is_more_than_chance_is_not_called_chance() -> None:
    names = [f"sample {number}" for number in range(60)]
    then = Evaluation(("yes", "no"), tuple(SampleOutcome(each, "yes", "no") for each in names))
    now = Evaluation(("yes", "no"), tuple(SampleOutcome(each, "yes", "yes") for each in names))
    text = verdict_of_accuracies(then, now)
    assert "60 became right" in text
    assert "do not overlap" in text
    assert "chance" not in text


def test_a_build_without_a_rune_is_compared_with_nothing(agent: AgentAtWork, project: Project, developer: User) -> None:
    finished_build = built(developer, project)
    write_file(developer, project, "level.py", b"GAIN = 2\n")
    unfinished = waiting(developer, project)
    with pytest.raises(ToolRefused) as refusal:
        agent.call("compare_builds", before=finished_build.number, after=unfinished.number)
    assert refusal.value.name == "no-rune"
