"""Every kind of what devices report has words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from forge.fleet.devices.models import ClaimedWith, PersonEntry
from forge.fleet.pages import sentences
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import EventKind, SelfTestOutcome, Totals
from hmrd.protocol.wanted import RequestKind


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (ProblemName, sentences.PROBLEMS),
        (EventKind, sentences.EVENTS),
        (PersonEntry, sentences.PERSON_ENTRIES),
        (SelfTestOutcome, sentences.SELF_TESTS),
        (RequestKind, sentences.REQUESTS),
        (ClaimedWith, sentences.CLAIMED_WITH),
        (TrustKind, sentences.TRUST),
        (Totals.__dataclass_fields__, sentences.TOTALS),
    ],
)
def test_each_kind_has_words(kinds: Iterable[str], words: Mapping[str, object]) -> None:
    assert set(words) == set(kinds)


@pytest.mark.parametrize("name", ProblemName)
def test_each_problem_says_what_happened_and_what_to_do(name: ProblemName) -> None:
    text = sentences.problem_text(name)
    assert text is not None
    assert all(sentence.endswith(".") for sentence in (text.happened, text.advice))
    assert len(text.title) <= 30


@pytest.mark.parametrize("kind", [*EventKind, *PersonEntry.values])
def test_a_line_names_the_version_that_it_is_about(kind: str) -> None:
    assert "{" not in sentences.entry_text(kind, "")
    assert sentences.entry_text("installed", "1.5.0") == "Installed 1.5.0"
    assert sentences.entry_text("installed", "") == "Installed the rune"
