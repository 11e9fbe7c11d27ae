"""The rights of a consent: each use of samples beside each set of purposes; and every reader of samples asks."""

from __future__ import annotations

import ast
from datetime import timedelta
from itertools import combinations, product
from pathlib import Path

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Consent, Sample
from forge.datasets.sample_uses import RULES, SampleUse, UsePlace
from forge.projects.models import Project
from rune.datasets.splits import Split
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import consent_of, loud, sample_of

pytestmark = pytest.mark.django_db

T, L, R, ELSEWHERE = Purpose.TESTS, Purpose.TRAINING, Purpose.READERS, Purpose.OTHER_PROJECTS
A = Purpose.ASSISTANTS
TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST

REQUIREMENTS: dict[SampleUse, dict[Split, list[frozenset[Purpose]] | None]] = {
    SampleUse.EVALUATION: {TRAIN: None, VALIDATION: None, TEST: [frozenset({T})]},
    SampleUse.ANALYSIS: {split: [frozenset({T}), frozenset({L})] for split in Split},
    SampleUse.TRAINING: {TRAIN: [frozenset({L})], VALIDATION: [frozenset({L})], TEST: None},
    SampleUse.BINS: {TRAIN: [frozenset({L})], VALIDATION: [frozenset({L})], TEST: [frozenset({T})]},
    SampleUse.CALIBRATION: {TRAIN: [frozenset({L})], VALIDATION: [frozenset({L})], TEST: None},
    SampleUse.VERSION: {TRAIN: [frozenset({L})], VALIDATION: [frozenset({L})], TEST: [frozenset({T})]},
    SampleUse.EXPORT: {TRAIN: [frozenset({L})], VALIDATION: [frozenset({L})], TEST: [frozenset({T})]},
    SampleUse.READERS: {TRAIN: [frozenset({L, R})], VALIDATION: [frozenset({L, R})], TEST: [frozenset({T, R})]},
    SampleUse.ASSISTANTS: {TRAIN: [frozenset({L, A})], VALIDATION: [frozenset({L, A})], TEST: [frozenset({T, A})]},
}
"""The sets of purposes any of which is enough, for each use and split; None: such samples are never used so."""

PURPOSES = [
    frozenset(each)
    for count in range(1, len(Purpose) + 1)
    for each in combinations(Purpose, count)
    if {T, L} & set(each)
]
"""All that somebody can agree to."""


@pytest.fixture
def samples(project: Project, user: User) -> dict[tuple[frozenset[Purpose], Split], Sample]:
    """A sample of each split for each set of purposes."""
    rows = {}
    for number, (purposes, split) in enumerate(product(PURPOSES, Split)):
        consent = consent_of(user, project, purposes=purposes)
        sample = sample_of(consent, user, loud(number), pseudonym=f"Guest {number}")
        Sample.objects.filter(pk=sample.pk).update(split=split.value)
        rows[purposes, split] = sample
    return rows


def test_each_use_has_a_row_in_the_table() -> None:
    assert set(REQUIREMENTS) == set(SampleUse) == set(RULES), (
        "a new use of samples needs a rule, and a row in this table"
    )
    assert all(set(row) == set(Split) for row in REQUIREMENTS.values())


@pytest.mark.slow
@pytest.mark.protects("recordings/purposes")
def test_a_use_has_the_samples_whose_consent_covers_it(
    samples: dict[tuple[frozenset[Purpose], Split], Sample],
) -> None:
    for use, place in product(SampleUse, UsePlace):
        numbers = set(Sample.objects.for_use(use, place).values_list("number", flat=True))
        assert numbers == expected_numbers(samples, use, place), (use, place)
        assert 0 < len(numbers) < len(samples) or use is SampleUse.ANALYSIS, (use, place)


def expected_numbers(
    samples: dict[tuple[frozenset[Purpose], Split], Sample], use: SampleUse, place: UsePlace
) -> set[int]:
    """The numbers of the samples that a use may have, by the table."""
    elsewhere = frozenset({ELSEWHERE}) if place is UsePlace.OTHER_PROJECT else frozenset()
    return {
        sample.number
        for (purposes, split), sample in samples.items()
        if any(need | elsewhere <= purposes for need in REQUIREMENTS[use][split] or [])
    }


@each_case("use", SampleUse)
@each_case("change", [{"withdrawn": timezone.now()}, {"ends": timezone.now() - timedelta(seconds=1)}])
def test_no_use_has_samples_whose_consent_is_over(
    project: Project, user: User, use: SampleUse, change: dict[str, object]
) -> None:
    split = sorted(RULES[use].splits)[0]
    sample = sample_of(consent_of(user, project, purposes=frozenset(Purpose)), user)
    Sample.objects.filter(pk=sample.pk).update(split=split.value)
    assert Sample.objects.for_use(use).exists()
    Consent.objects.update(**change)
    assert not Sample.objects.for_use(use).exists()


READERS_OF_BYTES = {
    # Bytes of samples leave the store here, for these uses.
    "forge/agents/mcp/tools/samples.py": (SampleUse.ASSISTANTS,),
    "forge/datasets/analysis/job.py": (SampleUse.ANALYSIS,),
    "forge/datasets/versions/evaluation.py": (SampleUse.EVALUATION,),
    "forge/datasets/versions/export.py": (SampleUse.EXPORT,),
    "forge/learning/conversions/running/recordings.py": (SampleUse.CALIBRATION, SampleUse.TRAINING),
    "forge/learning/inputs/trial.py": (SampleUse.TRAINING,),
    "forge/learning/learnable_data/archive.py": (SampleUse.TRAINING,),
}
OTHERS = {
    "forge/agents/withdrawn_samples.py": "rows of samples that are being deleted, to delete their copies",
    "forge/datasets/collecting/pages.py": "a recording of a guest that waits, for who decides about it",
    "forge/datasets/imports/job.py": "pieces of an archive",
    "forge/datasets/recordings/api.py": "a member plays a sample: the right to play, not a purpose, decides",
    "forge/datasets/pages/table_rows.py": "the rows of a table, for who may play it",
    "forge/datasets/samples/actions/cut.py": "a recording is cut within its data set, under the same consent",
    "forge/datasets/api.py": "the same",
    "forge/datasets/samples/drawings.py": "an upgrade completes its rows",
    "forge/datasets/versions/contents.py": "the list of a version",
    "forge/learning/conversions/running/counting.py": "model files",
    "forge/learning/conversions/declarations.py": "model files",
    "forge/learning/conversions/running/job.py": "model files",
    "forge/learning/inputs/questions.py": "a model file",
    "forge/learning/offers/alike.py": "model files",
    "forge/learning/offers/trained_models.py": "Runefiles of two versions",
    "forge/learning/origins/outside_models.py": "records of models that were trained elsewhere",
    "forge/learning/training/actions/applying.py": "the Runefile that a run gave",
    "forge/learning/learnable_data/requirements.py": "the columns of a table to learn from (`usable_entries`)",
    "forge/learning/training/running/job.py": "a model file: the backbone",
    "forge/learning/training/sizes/figures.py": "a model file: the backbone",
}
"""The readers of blobs in these apps that read no sample, or none for a use."""


@pytest.mark.slow
@pytest.mark.protects("recordings/purposes")
def test_whatever_reads_samples_asks_for_a_use() -> None:
    readers = {"read_blob", "open_blob_file", "part_response", "open_blob"}
    numbers = set()
    for path in (each for app in ("agents", "datasets", "learning") for each in Path(f"forge/{app}").rglob("*.py")):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if names & readers:
            numbers.add(path.as_posix())
    assert numbers <= READERS_OF_BYTES.keys() | OTHERS.keys(), "say for which use this reads bytes"
    for name, uses in READERS_OF_BYTES.items():
        assert all(f"SampleUse.{use.name}" in Path(name).read_text() for use in uses), name
