"""Tries what a model's input may be on recordings, in the compiler's process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from forge.compute.child.job_files import JobFiles
from forge.compute.child.language_request import SignatureOf
from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.trials.input_trial import TrialVariant, try_inputs
from rune.model.tflite import ModelError
from rune.project.files import FileError


def answer_input_trial(job: Mapping[str, Any], files: JobFiles, signature_of: SignatureOf) -> dict[str, Any]:
    """Returns what each of the `variants` gives on the `samples`, as far as it gets in `seconds`.

    A variant has a `key`, the text of its `runefile`, and the `grid` of its input or None; a sample a `path`, a `name`
    and a `label`, "" for one without.
    """
    samples = [
        LabelledSample(each["name"], each["label"], partial(files.read, each["path"])) for each in job["samples"]
    ]
    project = files.without({each["path"] for each in job["samples"]})
    variants = [
        TrialVariant(each["key"], each["runefile"], None if each["grid"] is None else tuple(each["grid"]))
        for each in job["variants"]
    ]
    try:
        signature = signature_of(job["model"])
    except (FileError, ModelError) as error:
        return {"refused": f"The model cannot be read: {error}"}
    trials = try_inputs(project, signature, variants, samples, job["seconds"])
    return {"inputs": [each.to_json() for each in trials]}
