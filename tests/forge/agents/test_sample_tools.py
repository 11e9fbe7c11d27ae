"""Agents read the facts of samples always, and values only where the consent of the person covers that today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.agents.mcp.tools import samples
from forge.core.models import AuditEntry
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, PURPOSE_LABELS, Purpose, terms_for
from forge.datasets.models import Consent, DataSet, Sample
from forge.datasets.removals.actions import withdraw_consent
from forge.projects.models import Project
from rune.tools.mcp.declarations import ToolRefused
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.recordings import a_sound, consent_of, png, sample_of
from tests.support.forge.factories.training import motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("agents/samples")]

FOR_ASSISTANTS = frozenset({*DEFAULT_PURPOSES, Purpose.ASSISTANTS})
ROWS = b"x,y,z\n1,2,3\n4,5,6\n"


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    return agent_of(developer, project)


@pytest.fixture
def open_sample(project: Project, owner: User) -> Sample:
    """A sample whose person agreed that assistants read it."""
    consent = consent_of(owner, project, purposes=FOR_ASSISTANTS)
    return sample_of(consent, owner, ROWS, pseudonym="Guest Antonia")


def refusal_of(agent: AgentAtWork, sample: int) -> str:
    """Returns the name of the refusal of a sample's values."""
    with pytest.raises(ToolRefused) as refusal:
        agent.call("read_sample", sample=sample, content=True)
    return refusal.value.name


def test_facts_are_answered_always_and_name_no_person_file_or_recording(
    agent: AgentAtWork, project: Project, owner: User
) -> None:
    sample = sample_of(consent_of(owner, project), owner, ROWS, pseudonym="Guest Antonia")
    answer = agent.call("read_sample", sample=sample.number)
    assert (answer.kind, answer.label, answer.split) == ("motion", "knock", sample.split)
    assert (answer.values, answer.peaks, answer.width) == (None, [], None)
    text = answer.model_dump_json()
    assert not [each for each in ("Antonia", sample.digest, owner.name, str(sample.pk)) if each in text]


def test_values_are_answered_with_the_consent(agent: AgentAtWork, open_sample: Sample) -> None:
    answer = agent.call("read_sample", sample=open_sample.number, content=True)
    assert answer.values.text.splitlines()[-1].startswith("4")
    assert answer.values.origin == f"sample {open_sample.number}"
    assert not answer.is_cut


def test_values_are_bounded(agent: AgentAtWork, open_sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "LARGEST_CONTENT", 8)
    answer = agent.call("read_sample", sample=open_sample.number, content=True)
    assert answer.is_cut
    assert answer.values.text == "1,2,3"


@pytest.mark.parametrize("data", [ROWS, a_sound(), png()])
def test_without_the_consent_values_are_refused_in_every_form(
    agent: AgentAtWork, project: Project, owner: User, data: bytes
) -> None:
    sample = sample_of(consent_of(owner, project), owner, data)
    assert refusal_of(agent, sample.number) == "not-for-assistants"
    entry = AuditEntry.objects.get(action="agent.refused")
    assert entry.data["tool"] == "read_sample"


def test_after_the_end_values_are_refused(agent: AgentAtWork, open_sample: Sample) -> None:
    Consent.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert refusal_of(agent, open_sample.number) == "not-for-assistants"


def test_after_another_consent_values_are_refused(
    agent: AgentAtWork, project: Project, open_sample: Sample, owner: User
) -> None:
    text = terms_for(project, DEFAULT_PURPOSES, 90).text
    agree_anew(owner, open_sample.consent, purposes=DEFAULT_PURPOSES, days=90, text=text)
    assert refusal_of(agent, open_sample.number) == "not-for-assistants"


def test_after_the_withdrawal_nothing_is_answered(agent: AgentAtWork, open_sample: Sample, owner: User) -> None:
    withdraw_consent(owner, open_sample.consent)
    assert refusal_of(agent, open_sample.number) == "not-found"
    with pytest.raises(ToolRefused):
        agent.call("read_sample", sample=open_sample.number)


def test_values_that_only_those_who_manage_the_project_play_are_refused(
    agent: AgentAtWork, open_sample: Sample
) -> None:
    DataSet.objects.update(is_restricted=True)
    assert refusal_of(agent, open_sample.number) == "playing-refused"


def test_a_sound_is_answered_as_its_peaks_and_a_picture_as_its_size(
    agent: AgentAtWork, project: Project, owner: User
) -> None:
    consent = consent_of(owner, project, purposes=FOR_ASSISTANTS)
    sound, picture = (sample_of(consent, owner, data) for data in (a_sound(), png()))
    answer = agent.call("read_sample", sample=sound.number, content=True)
    assert answer.peaks
    assert all(0 <= each <= 100 for each in answer.peaks)
    answer = agent.call("read_sample", sample=picture.number, content=True)
    assert (answer.width, answer.height, answer.values) == (2, 1, None)


def test_the_purpose_is_offered_and_off_until_somebody_ticks_it(project: Project) -> None:
    assert Purpose.ASSISTANTS not in DEFAULT_PURPOSES
    assert "assistants" in PURPOSE_LABELS[Purpose.ASSISTANTS]
    usual, more = (terms_for(project, purposes, 90).text for purposes in (DEFAULT_PURPOSES, FOR_ASSISTANTS))
    assert "assistants" not in usual
    assert "cannot be taken back" in more


def test_the_versions_of_the_data_are_counts(agent: AgentAtWork, project: Project, developer: User) -> None:
    version = motion_version(developer, project)
    (row,) = agent.call("read_data").versions
    assert (row.version, row.samples) == (version.number, sum(row.labels.values()))
    assert "person 0" not in row.model_dump_json()
