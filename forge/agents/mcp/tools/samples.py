"""The data of a project: its versions, and one sample by its number.

What a sample says goes to the vendor of the assistant. It is answered only where the consent of its person covers that
today (`Purpose.ASSISTANTS`); so is what is computed from it.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.models import StepKind
from forge.core.blobs.store import read_blob
from forge.core.errors import Forbidden
from forge.datasets.access import find_sample, versions_of
from forge.datasets.models import DataVersion, Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.playing import require_play
from forge.datasets.sample_uses import SampleUse
from rune.tools.mcp.declarations import DataOfOthers, ToolAnswer, ToolArguments, tool
from rune.wording import counted

LARGEST_CONTENT: Final = 64 * 1024
"""Bytes of a sample's values that one answer has."""
MOST_VERSIONS: Final = 10
"""Versions of the data that one answer has."""


class NotForAssistants(Forbidden):
    """The person who gave a sample did not agree that outside assistants read it, or does not any more."""

    title = "The sample is not for assistants"


class ReadData(ToolArguments):
    """A project."""

    project: str = ProjectName


class DataVersionRow(ToolAnswer):
    """A saved version of the data: how many samples it has by label and by split."""

    version: int
    samples: int
    labels: dict[str, int]
    splits: dict[str, int]


class DataAnswer(ToolAnswer):
    """The newest versions of a project's data. Labels are words that people wrote."""

    versions: list[DataVersionRow]
    page: str


class ReadSampleByNumber(ToolArguments):
    """A sample of a project's data."""

    project: str = ProjectName
    sample: int = Field(description="the number of the sample", ge=1)
    content: bool = Field(description="whether to read its values beside its facts", default=False)


class SampleFacts(ToolAnswer):
    """A sample: its facts, and its values where they were asked for. `peaks` are those of a sound, in order, 0 to 100;
    `values` are the rows of motion or of a table; `width` and `height` those of a picture, whose pixels are not read.
    `is_cut` says that there are more values."""

    sample: int
    kind: str
    label: str
    split: str
    milliseconds: int
    peaks: list[int]
    rate: int | None
    values: DataOfOthers | None
    is_cut: bool
    width: int | None
    height: int | None
    page: str


@tool("read_data", "Read the data")
def read_data(call: AgentCall, arguments: ReadData) -> DataAnswer:
    """Reads which versions the data of a project has, with counts by label and split. Training takes a version."""
    project = call.find_project(arguments.project)
    versions = versions_of(call.actor, project)[:MOST_VERSIONS]
    call.did(StepKind.READ, f"read {counted(len(versions), 'version')} of the data")
    return DataAnswer(
        versions=[_version(each) for each in versions],
        page=absolute(f"{project.get_absolute_url()}/data"),
    )


@tool("read_sample", "Read a sample")
def read_sample(call: AgentCall, arguments: ReadSampleByNumber) -> SampleFacts:
    """Reads the facts of one sample: kind, label, split and length. With `content` its values too, if the person who
    gave it agreed that outside assistants read it; otherwise that is refused as `not-for-assistants`."""
    project = call.find_project(arguments.project)
    sample = find_sample(call.actor, project, arguments.sample)
    content = _content_of(call, sample) if arguments.content else {}
    call.reads.append(f"sample:{sample.number}")
    what = "values" if arguments.content else "facts"
    call.did(StepKind.READ, f"read the {what} of sample {sample.number}")
    return SampleFacts(
        sample=sample.number,
        kind=sample.kind,
        label=sample.label,
        split=sample.split,
        milliseconds=sample.milliseconds,
        peaks=content.get("peaks", []),
        rate=content.get("rate"),
        values=content.get("values"),
        is_cut=content.get("is_cut", False),
        width=content.get("width"),
        height=content.get("height"),
        page=absolute(f"{project.get_absolute_url()}/data?numbers={sample.number}"),
    )


def require_for_assistants(sample: Sample) -> None:
    """Raises `NotForAssistants` unless the consent of a sample covers assistants now. Whatever shows a sample to an
    agent, or something that is computed from its values, asks here."""
    if not Sample.objects.for_use(SampleUse.ASSISTANTS).filter(pk=sample.pk).exists():
        raise NotForAssistants(
            f"The person who gave sample {sample.number} did not agree that outside assistants read it, or their "
            "consent has ended. You may train and test on it, and read its facts and figures."
        )


def _content_of(call: AgentCall, sample: Sample) -> dict[str, Any]:
    """Returns the values of a sample. Raises `NotForAssistants` and `PlayingRefused`."""
    require_for_assistants(sample)
    require_play(call.actor, sample)
    if sample.kind not in (SampleKind.MOTION, SampleKind.TABLE):
        return dict(sample.drawing)
    # The stored rows are text that an isolated process wrote.
    data = read_blob(sample.digest)
    text = data[:LARGEST_CONTENT].decode("utf-8", "replace")
    is_cut = len(data) > LARGEST_CONTENT
    rows = text.rpartition("\n")[0] if is_cut else text
    return {"values": DataOfOthers(origin=f"sample {sample.number}", text=rows), "is_cut": is_cut}


def _version(version: DataVersion) -> DataVersionRow:
    figures = version.figures
    return DataVersionRow(
        version=version.number, samples=figures["samples"], labels=figures["labels"], splits=figures["splits"]
    )
