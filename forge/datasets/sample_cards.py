"""Samples as pages show them: a card with a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forge.core.actors import Actor
from forge.datasets.analysis.serializers import DataSampleAnalysisJson, sample_analysis_to_json
from forge.datasets.models import Sample
from forge.datasets.models.analysis import proposal_of
from forge.datasets.models.samples import SampleKind, SampleQuality
from forge.datasets.playing import may_play
from forge.projects.models import Project
from rune.assessment.evaluation.wording import certainty
from rune.wording import counted

MARKS = 8
"""Marks of labels that the style sheet has."""
WIDTH, HEIGHT = 144, 52
"""The box in which a drawing lies, in the units of its SVG."""
POOR = (SampleQuality.QUIET, SampleQuality.CLIPPED, SampleQuality.STILL)
"""The qualities of which a card warns."""
FEW_PIXELS = 128
"""Up to so many pixels wide and high a picture is shown enlarged, with its pixels."""


@dataclass(frozen=True)
class SampleCard:
    """A sample with its drawing, SVG paths of all but a picture, and the address of its bytes; both empty for who may
    not play it."""

    sample: Sample
    paths: Sequence[str]
    recording: str
    url: str
    mark: int
    """Says which of the marks of labels its label has, 1 to 8; 0 without a label."""
    analysis: DataSampleAnalysisJson | None

    @property
    def picture(self) -> str:
        """The address of a picture; "" for other kinds."""
        return self.recording if self.sample.kind == SampleKind.PICTURE else ""

    @property
    def has_few_pixels(self) -> bool:
        """Whether a picture is so small that it is enlarged; a picture whose size is not known is not."""
        side: int = max(self.sample.drawing.get("width", 0), self.sample.drawing.get("height", 0))
        return 0 < side <= FEW_PIXELS

    @property
    def is_poor(self) -> bool:
        """Whether its quality is worth a warning."""
        return self.sample.quality in POOR

    @property
    def maker(self) -> str:
        """The pseudonym of who was recorded; the sensor where that is nobody, as of a picture of things."""
        return str(self.sample.group) if self.sample.group else self.sample.get_kind_display()

    @property
    def objects(self) -> str:
        """How many objects somebody marked in a picture; "" where nobody did."""
        if self.sample.positions is None:
            return ""
        return counted(len(self.sample.positions), "object") if self.sample.positions else "no objects"

    @property
    def sound(self) -> str:
        """The address of a sound; "" for other kinds."""
        return self.recording if self.sample.kind == SampleKind.SOUND else ""

    @property
    def proposal(self) -> str:
        """The label that is proposed for it; "" without one."""
        return proposal_of(self.sample)

    @property
    def is_right(self) -> bool:
        """Whether the current build answers its label."""
        return self.analysis is not None and self.analysis["answer"] == self.sample.label != ""

    @property
    def score(self) -> str:
        """The score of the build's answer; "" where the build sends none."""
        score = self.analysis and self.analysis["score"]
        return "" if score is None else certainty(score, is_rounded=True)

    @property
    def name(self) -> str:
        """The number of the sample as people say it."""
        return f"{self.sample.number:04d}"

    @property
    def seconds(self) -> str:
        """How long a sound lasts; "" for other kinds."""
        return f"{self.sample.milliseconds / 1000:.1f} s" if self.sample.milliseconds else ""


def marks_of(labels: Sequence[str]) -> Mapping[str, int]:
    """The mark of each label of a project, which are sorted."""
    return {label: index % MARKS + 1 for index, label in enumerate(labels)}


def cards_of(
    actor: Actor, samples: Iterable[Sample], project: Project, marks: Mapping[str, int] = MappingProxyType({})
) -> list[SampleCard]:
    """The cards of samples of one project as somebody may see them, in their order. `marks` are those of its labels."""
    project_url, full_name = project.get_absolute_url(), project.full_name
    return [
        SampleCard(
            sample,
            drawing_paths(sample.drawing) if is_playable else [],
            f"/api/v1/projects/{full_name}/data/samples/{sample.number}/recording" if is_playable else "",
            f"{project_url}/data/samples/{sample.number}",
            marks.get(sample.label, 0),
            _analysis(sample),
        )
        for sample in samples
        for is_playable in [may_play(actor, sample)]
    ]


def _analysis(sample: Sample) -> DataSampleAnalysisJson | None:
    row = getattr(sample, "analysis", None)
    return None if row is None else sample_analysis_to_json(row, sample.label)


def drawing_paths(drawing: Mapping[str, Any]) -> list[str]:
    """The SVG paths of a drawing: bars of a sound, a line for each axis of motion and each column of a table,
    nothing for a picture."""
    if peaks := drawing.get("peaks"):
        return [_bars(peaks)]
    return [_line(axis) for axis in drawing.get("axes", ())]


def _bars(peaks: Sequence[int]) -> str:
    step, middle = WIDTH / len(peaks), HEIGHT / 2
    heights = ((index, max(0.5, peak * (middle - 2) / 100)) for index, peak in enumerate(peaks))
    return "".join(f"M{step * (index + 0.5):.1f} {middle - height:.1f}v{2 * height:.1f}" for index, height in heights)


def _line(axis: Sequence[int]) -> str:
    if len(axis) == 1:
        return f"M0 {HEIGHT / 2:.1f}H{WIDTH}"
    step, middle = WIDTH / max(1, len(axis) - 1), HEIGHT / 2
    points = (f"{step * index:.1f} {middle - value * (middle - 2) / 100:.1f}" for index, value in enumerate(axis))
    return "M" + "L".join(points)
