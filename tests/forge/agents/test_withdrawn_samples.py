"""Values of a sample that an agent wrote into its draft go when the sample is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.models import User
from forge.agents.models import AgentStep
from forge.agents.withdrawn_samples import has_rows, without_rows
from forge.core.blobs.store import blob_path
from forge.core.models import Blob
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose
from forge.datasets.models import Sample
from forge.datasets.removals.actions import withdraw_consent
from forge.projects.actions import write_file
from forge.projects.files.contents import list_files
from forge.projects.models import DocumentState, DocumentUpdate, Draft, Project
from rune.digests import digest_of
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.recordings import a_sound, consent_of, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("agents/withdrawn-samples")]

ROWS = b"x,y,z\n" + b"".join(b"%d.5,%d.25,7.125\n" % (at, at) for at in range(20, 28))
SECRET = "23.5,23.25,7.125"


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    return agent_of(developer, project)


@pytest.fixture
def sample(project: Project, owner: User) -> Sample:
    consent = consent_of(owner, project, purposes=frozenset({*DEFAULT_PURPOSES, Purpose.ASSISTANTS}))
    return sample_of(consent, owner, ROWS)


def copied(agent: AgentAtWork, sample: Sample) -> Draft:
    """A draft into which the agent wrote the values that it read, between lines of its own."""
    text = agent.call("read_sample", sample=sample.number, content=True).values.text
    number = agent.call("start_draft", title="A fixture").draft
    edits = [{"path": "fixture.csv", "new": f"# mine\n{text}\n# the end\n"}, {"path": "own.py", "new": "A = 1\n"}]
    agent.call("edit_draft", draft=number, edits=edits, reason="It is a fixture.")
    return Draft.objects.get(number=number)


def texts_of(draft: Draft) -> dict[str, Any]:
    return {each.path: each.text for each in list_files(draft.files)}


def stored_document(draft: Draft) -> bytes:
    states = DocumentState.objects.filter(project=draft.files).values_list("state", flat=True)
    updates = DocumentUpdate.objects.filter(project=draft.files).values_list("update", flat=True)
    return b"".join(bytes(each) for each in (*states, *updates))


def test_rows_in_another_order_or_alone_are_no_copy() -> None:
    rows = ("1.25,2.5", "3.25,4.5", "5.25,6.5", "7.25,8.5")
    assert not has_rows("1.25,2.5\n5.25,6.5\n3.25,4.5\n7.25,8.5\n", rows)
    assert not has_rows("1.25,2.5\n3.25,4.5\n", rows)
    assert not has_rows("0\n0\n0\n", ("0", "0", "0"))
    assert not has_rows("a\n\n\n\n", ("", "", ""))
    assert not has_rows("", ())
    assert has_rows("a\n 3.25, 4.5\n5.25,6.5\n7.25,8.5\n", rows)
    assert without_rows("a\n3.25,4.5\n5.25,6.5\n7.25,8.5\nb\n", rows) == "a\nb\n"


def test_values_that_an_agent_wrote_into_its_draft_go_with_the_sample(
    agent: AgentAtWork, sample: Sample, owner: User
) -> None:
    draft = copied(agent, sample)
    before = texts_of(draft)["fixture.csv"]
    assert SECRET in before
    assert SECRET.encode() in stored_document(draft)
    withdraw_consent(owner, sample.consent)
    after = texts_of(draft)
    assert SECRET not in after["fixture.csv"]
    assert after["fixture.csv"].startswith("# mine\n")
    assert after["own.py"] == "A = 1\n"
    assert SECRET.encode() not in stored_document(draft)
    assert SECRET not in str(list(AgentStep.objects.values_list("changes", flat=True)))
    assert not Blob.objects.filter(digest=digest_of(before.encode())).exists()


def test_a_draft_that_has_ended_keeps_nothing_of_it(agent: AgentAtWork, sample: Sample, owner: User) -> None:
    draft = copied(agent, sample)
    agent.call("discard_draft", draft=draft.number)
    withdraw_consent(owner, sample.consent)
    assert stored_document(draft) == b""
    assert SECRET not in str(list(AgentStep.objects.values_list("changes", flat=True)))


def test_a_file_with_the_bytes_of_a_recording_goes_from_a_draft(
    agent: AgentAtWork, project: Project, owner: User, developer: User
) -> None:
    sample = sample_of(consent_of(owner, project), owner, a_sound())
    draft = Draft.objects.get(number=agent.call("start_draft", title="A sound").draft)
    write_file(developer, draft.files, "sound.wav", a_sound())
    assert "sound.wav" in texts_of(draft)
    assert digest_of(a_sound()) == sample.digest
    withdraw_consent(owner, sample.consent)
    assert "sound.wav" not in texts_of(draft)
    path = blob_path(sample.digest)
    assert path is None or not path.exists()


def test_what_the_project_has_itself_stays_in_its_drafts(
    agent: AgentAtWork, project: Project, sample: Sample, owner: User, developer: User
) -> None:
    write_file(developer, project, "example.csv", ROWS)
    draft = Draft.objects.get(number=agent.call("start_draft", title="Nothing new").draft)
    withdraw_consent(owner, sample.consent)
    assert SECRET in texts_of(draft)["example.csv"]
