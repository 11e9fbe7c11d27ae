"""The step that judges finished forms on recordings, in a child with this Python: nothing is quantised."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lab.child.job import ChildJob
from lab.quantize.noise import compare
from lab.quantize.recorded import RecordingUse, read_recorded
from lab.quantize.samples import ModelInput
from lab.refusal import Reason, Refused
from rune.model.tflite import ModelError, read_model, signature


def run(job: ChildJob) -> dict[str, Any]:
    """Compares the form `form NAME` of each name in `forms` with the model `source` on the numbers `windows`, whose
    table is `recorded`: each recording is there to judge by. Raises `Refused`."""
    source = job.inputs["source"].read_bytes()
    try:
        inputs = [ModelInput(one.name, tuple(one.type.dimensions)) for one in signature(read_model(source)).inputs]
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The float model cannot be read: {error}") from error
    table = {**job.spec["recorded"], "roles": [RecordingUse.JUDGING] * len(job.spec["recorded"]["windows"])}
    samples = read_recorded(job.inputs["windows"], table, inputs)
    files = {name: job.inputs[f"form {name}"].read_bytes() for name in job.spec["forms"]}
    judging = samples.judging
    comparisons, _ = compare(
        source,
        files,
        judging,
        (),
        lambda count: job.report(count / len(judging), f"Judging on sample {count + 1} of {len(judging)}"),
        samples.classes,
    )
    return {"forms": [{"form": name, **asdict(each)} for name, each in comparisons.items()]}
