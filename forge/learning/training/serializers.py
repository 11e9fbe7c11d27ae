"""The JSON of training runs, and the bodies that come in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.learning.background.trials import background_of_run
from forge.learning.lab_jobs.states import RUN_STATES
from forge.learning.quality.epochs import epoch_sentence
from forge.learning.quality.runs import ModelQualityJson, quality_of_run, quality_to_json
from forge.learning.recipes import RecipeJson
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.models import TrainingRun
from forge.learning.training.results.judgement import RunJudgementJson
from forge.learning.training.results.single_samples import removed_count
from forge.learning.training.running.lab_events import CountingJson, EpochJson, ReportedErrorJson, RunNeedsJson
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.digests import DIGEST_LENGTH
from rune.source.policy.model_files import RUNE_OF_RUN
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL, MAX_ARGUMENTS, MAX_SEED


class RecipesJson(TypedDict):
    """The recipes of this server."""

    recipes: list[RecipeJson]


class RunFileJson(TypedDict):
    """A file that a run gave. `path` is that in the project; the script is under `script/`."""

    path: str
    digest: str
    size: int
    url: str


class TrainingRunJson(TypedDict):
    """A training run."""

    id: Uuid
    number: int
    person: PersonJson | None
    state: Annotated[str, choices("TrainingState", RUN_STATES)]
    instruction: Annotated[str, "the instruction that it has not carried out yet: `stop` or `pause`"]
    recipe: str
    arguments: dict[str, float]
    form: str
    seed: int
    model: str
    backbone: Annotated[str, 'the model file behind which it learns, in the project; "" for none']
    teacher: Annotated[int, "the number of the run whose answers it learns beside the labels; 0 for none"]
    start: Annotated[str, 'the model of Keras that it begins with, in the project; "" for none']
    data_version: int
    data_digest: str
    boards: list[str]
    progress: Annotated[float, "of the job, from 0 to 1"]
    activity: str
    samples: Annotated[dict[str, dict[str, int]], "by split and label; empty until the data was read"]
    removed_samples: Annotated[
        int, "samples that were deleted since the run read them: no answer is kept for them, and figures count them"
    ]
    epochs: Annotated[int, "how many epochs its curves have"]
    best_epoch: Annotated[int, "the epoch whose weights the model has"]
    best_accuracy: Annotated[float | None, "of windows of the validation split, by the floats of that epoch"]
    epoch_sentence: Annotated[str, 'why it is this epoch and not an earlier peak; "" before the first']
    quality: Annotated[
        ModelQualityJson | None,
        "how good the finished rune is; null before, and of one that answers with a number or counts",
    ]
    needs: Annotated[dict[str, RunNeedsJson], "what the rune needs, by target, counted by the compiler"]
    rune_size: Annotated[int | None, "bytes of the rune for browsers; null until it was counted"]
    background: Annotated[
        BackgroundTrialJson | None, "the labels that its rune calls in silence, noise and tones; null of other recipes"
    ]
    notes: list[str]
    error: str
    reason: Annotated[str, "the same for programs"]
    change_url: Annotated[str, 'of the change request with its model; "" before']
    rune_url: Annotated[str | None, "of the rune that was judged, which a page can run; null without one"]
    created: Timestamp


class OpenTrainingRunJson(TrainingRunJson):
    """A training run with its curves, its answers and its files."""

    curves: list[EpochJson]
    accuracy_before: Annotated[
        float | None, "of windows of the validation split, before a run that begins with a model has learned"
    ]
    judgements: Annotated[
        dict[str, RunJudgementJson], "by split; none of a recipe that answers with a number or counts"
    ]
    errors: Annotated[dict[str, ReportedErrorJson], "by split, of a finished run that answers with a number"]
    column: Annotated[str, 'the name of the column whose number is answered; "" of a run without errors']
    counting: Annotated[dict[str, CountingJson], "by split, of a finished run that counts objects"]
    files: list[RunFileJson]
    validation_samples: Annotated[
        list[int], "the numbers of the samples that the newest answers of the validation split are for"
    ]


class LearningSerializer(serializers.Serializer[None]):
    """A recipe with its arguments, and the version of the data that it learns from."""

    recipe = serializers.CharField(max_length=40)
    arguments = serializers.DictField(
        child=serializers.FloatField(), required=False, default=dict, help_text="others have their defaults"
    )
    version = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="of the data; the newest if not given"
    )
    data_digest = serializers.CharField(
        max_length=DIGEST_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="the digest of a version, also of another project's data; it goes before `version`",
    )


class BeginRunSerializer(LearningSerializer):
    """A training run."""

    seed = serializers.IntegerField(min_value=0, max_value=MAX_SEED, required=False, default=0)
    form = serializers.ChoiceField(choices=FORMS, required=False, default=DEFAULT_FORM)
    model = serializers.CharField(max_length=200, required=False, default=DEFAULT_MODEL)
    backbone = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="a .tflite file of the project, for a recipe that learns behind one",
    )
    teacher = serializers.IntegerField(
        min_value=0,
        required=False,
        default=0,
        help_text="the number of a finished run of the project whose answers are learned beside the labels; 0 for none",
    )
    start = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="a .keras or .h5 file of the project with whose network and weights the run begins, for a recipe "
        "that has `start_arguments`",
    )
    boards = serializers.ListField(
        child=serializers.CharField(max_length=60),
        min_length=1,
        max_length=2,
        required=False,
        default=list(DEFAULT_BOARDS),
    )

    def validate_arguments(self, value: dict[str, float]) -> dict[str, float]:
        """Raises `ValidationError`."""
        if len(value) > MAX_ARGUMENTS:
            raise serializers.ValidationError(f"At most {MAX_ARGUMENTS} arguments.")
        return value


def run_to_json(run: TrainingRun) -> TrainingRunJson:
    """A run, found by `forge.learning.training.access`."""
    job, background = run.job, background_of_run(run)
    best = run.curves[run.best_epoch - 1] if 0 < run.best_epoch <= len(run.curves) else None
    return {
        "id": str(run.pk),
        "number": run.number,
        "person": person_to_json(run.person) if run.person else None,
        "state": run.state,
        "instruction": run.instruction,
        "recipe": run.recipe,
        "arguments": run.arguments,
        "form": run.form,
        "seed": run.seed,
        "model": run.model_path,
        "backbone": run.backbone_path,
        "teacher": run.teacher_number,
        "start": run.start_path,
        "data_version": run.data_number,
        "data_digest": run.data_digest,
        "boards": run.boards,
        "progress": 1.0 if job is None else job.progress,
        "activity": "" if job is None else job.activity,
        "samples": run.description.get("counts", {}),
        "removed_samples": removed_count(run.description),
        "epochs": len(run.curves),
        "best_epoch": run.best_epoch,
        "best_accuracy": None if best is None else best["validation_accuracy"],
        "epoch_sentence": epoch_sentence(run),
        "quality": quality_to_json(quality_of_run(run)),
        "needs": run.needs,
        "rune_size": run.description.get("rune_size"),
        "background": None if background is None else background.to_json(),
        "notes": run.notes,
        "error": run.error,
        "reason": run.reason,
        "change_url": run.change_url,
        "rune_url": file_url(run, RUNE_OF_RUN) if RUNE_OF_RUN in run.files else None,
        "created": run.created.isoformat(),
    }


def open_run_to_json(run: TrainingRun, judgements: dict[str, RunJudgementJson]) -> OpenTrainingRunJson:
    """The same with all that is large."""
    errors = {split: each["error"] for split, each in run.report.get("judgements", {}).items() if each.get("error")}
    return {
        **run_to_json(run),
        "curves": run.curves,
        "accuracy_before": run.report.get("accuracy_before"),
        "judgements": judgements,
        "errors": errors,
        "column": run.description["labels"][0] if errors else "",
        "counting": {
            split: each["counting"] for split, each in run.report.get("judgements", {}).items() if each.get("counting")
        },
        "files": [
            {"path": path, "digest": digest, "size": run.sizes[path], "url": file_url(run, path)}
            for path, digest in run.files.items()
        ],
        "validation_samples": _validation_samples(run),
    }


def _validation_samples(run: TrainingRun) -> list[int]:
    recordings = run.description.get("recordings", ())
    places = (int(place) for place, *_ in run.answers.get("validation", ()))
    return [recordings[place] for place in places if 0 <= place < len(recordings) and recordings[place]]


def file_url(run: TrainingRun, path: str) -> str:
    """The address of a file that a run gave."""
    return f"/api/v1/projects/{run.project.full_name}/training/{run.number}/files/{path}"


ACCEPTED = ActAnswer(run_to_json, status=202)
NEW_RUN = ActAnswer(run_to_json, status=201)
