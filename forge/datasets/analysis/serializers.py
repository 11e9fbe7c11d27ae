"""Analyses as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Timestamp
from forge.datasets.models import SampleAnalysis


class DataConfusionJson(TypedDict):
    """The number of samples of a label that get an answer from the current build."""

    label: str
    answer: str
    count: int


class DataAnalysisJson(TypedDict):
    """The last analysis of a project's data."""

    is_running: bool
    progress: Annotated[float, "0 to 1"]
    activity: str
    error: Annotated[str, "why the last one stopped"]
    finished: Annotated[Timestamp | None, "null before the first one ended"]
    is_current: Annotated[bool, "whether nothing came or changed since"]
    build: Annotated[str, 'the build that answered; "" where there was none']
    problem: Annotated[str, "why the build answered nothing"]
    label_problem: Annotated[str, "why no label was doubted"]
    analysed: int
    wrong: Annotated[int, "samples on which the build answers another label"]
    suspects: Annotated[int, "samples whose label may be wrong"]
    alike: Annotated[int, "samples that have near-duplicates"]
    crossing: Annotated[int, "those of them that are in different splits"]
    outliers: Annotated[int, "samples that are far from all others with their label"]
    proposals: Annotated[int, "samples without a label for which the build proposes one"]
    ends_soon: Annotated[int, "samples whose consent ends within 30 days"]
    uncovered: Annotated[int, "samples whose consent does not cover their split"]
    confusion: list[DataConfusionJson]
    sentences: Annotated[list[str], "what is weak"]


class DataSampleAnalysisJson(TypedDict):
    """The last analysis of a sample."""

    answer: Annotated[str, 'the label that the build answers; "" without one']
    score: Annotated[float | None, "of the answer, 0 to 1"]
    suggestion: Annotated[str, 'the label that is likelier; "" where the label is not in doubt']
    confidence: Annotated[float | None, "in the label that it has, 0 to 1"]
    likeness: Annotated[int | None, "the first sample that it is a near-duplicate of"]
    alike: Annotated[int, "near-duplicates, itself counted"]
    crosses_splits: Annotated[bool, "whether they are in different splits"]
    outlier: Annotated[bool, "whether it is far from all others with its label"]


def sample_analysis_to_json(row: SampleAnalysis, label: str) -> DataSampleAnalysisJson:
    """Returns the analysis of a sample with this label as JSON."""
    is_suspect = bool(row.suggestion) and row.doubted_label == label
    return {
        "answer": row.answer,
        "score": row.score,
        "suggestion": row.suggestion if is_suspect else "",
        "confidence": row.confidence if is_suspect else None,
        "likeness": row.likeness,
        "alike": row.alike,
        "crosses_splits": row.crosses_splits,
        "outlier": row.is_outlier,
    }
