"""The samples that came with a step, for every quantiser the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.child.job import ChildJob
from lab.quantize.recorded import read_recorded
from lab.quantize.samples import CalibrationSample, ModelInput, random_samples, read_samples, split_samples


@dataclass(frozen=True)
class JobSamples:
    """Samples by which ranges are measured, and those by which forms are judged."""

    kind: str
    calibration: Sequence[CalibrationSample]
    judging: Sequence[CalibrationSample]
    classes: tuple[str, ...] = ()
    is_guess: bool = False


def samples_of(job: ChildJob, inputs: Sequence[ModelInput]) -> JobSamples:
    """The samples of a job: the numbers `windows`, the archive `samples`, or random ones. Raises `Refused`."""
    if "windows" in job.inputs:
        samples = read_recorded(job.inputs["windows"], job.spec["recorded"], inputs)
        return JobSamples("recordings", samples.calibration, samples.judging, samples.classes, samples.is_guess)
    archive = job.inputs.get("samples")
    if archive is None:
        return JobSamples("random", *split_samples(random_samples(inputs)), is_guess=True)
    return JobSamples("files", *split_samples(read_samples(archive, inputs)))
