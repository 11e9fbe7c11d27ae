"""The results of a verification: data, their JSON, and a sentence for people. Nothing is run or compared here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

from rune.assessment.verify.comparison import NOTHING, DeviationFigures, FiguresJson, together
from rune.assessment.verify.runes.rebuild_result import RebuildJson, RebuildResult
from rune.assessment.verify.runes.verification import RuneVerification, RuneVerificationJson
from rune.wording import counted, plain

SECOND = "the rune's second module"
"""The name of the second module in sentences."""


class ModelRunner(Enum):
    """The runner of a model: the rune, with the model compiled into it, or its host."""

    COMPILED = "compiled"
    HOST = "host"


class DifferingOpJson(FiguresJson):
    """The first operator of a model whose result is off."""

    number: int
    op: str
    tensor: str


class ModelVerificationJson(FiguresJson):
    """One model stage against the reference interpreter. A report of before they were counted lacks `distinct` and
    `aimed`."""

    stage: str
    file: str
    runs: Annotated[str, ModelRunner]
    inputs: int
    distinct: NotRequired[int]
    aimed: NotRequired[int]
    float: bool
    first: DifferingOpJson | None
    refusal: str | None


class VerificationJson(TypedDict):
    """A rune against the reference interpreter; `sentence` is the result for people. A report of before second modules
    were run lacks `second`, one of before runes were rebuilt lacks `seed` and `rebuild`."""

    reference: str | None
    within: bool
    complete: bool
    sentence: str
    skipped: str | None
    seed: NotRequired[int | None]
    rebuild: NotRequired[RebuildJson | None]
    rune: RuneVerificationJson
    second: NotRequired[RuneVerificationJson | None]
    models: list[ModelVerificationJson]


@dataclass(frozen=True)
class DifferingOp:
    """The first operator of a model whose result is off; `tensor` is the name of that result in the model file."""

    number: int
    op: str
    tensor: str
    figures: DeviationFigures

    def __str__(self) -> str:
        return f"op {self.number} {self.op}"

    def to_json(self) -> DifferingOpJson:
        return {"number": self.number, "op": self.op, "tensor": self.tensor, **self.figures.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DifferingOp:
        return cls(value["number"], value["op"], value["tensor"], DeviationFigures.from_json(value))


@dataclass(frozen=True)
class ModelVerification:
    """One model stage against the reference interpreter.

    `inputs` is how many sets of inputs it was run on: those that the pipeline fed it, and generated ones, of which
    `aimed` lie beside a threshold. They gave so many `distinct` outputs. `first` is
    the operator where a difference that is not allowed begins, where that can be told. For a model that the host runs
    `figures` tell how far the host's own interpreter is from the reference, if that was asked for. `refusal` says why
    there was no input to compare on.
    """

    stage: str
    file: str
    runs: ModelRunner
    inputs: int = 0
    figures: DeviationFigures = NOTHING
    is_float: bool = False
    first: DifferingOp | None = None
    refusal: str | None = None
    distinct: int = 0
    aimed: int = 0

    @property
    def is_within(self) -> bool:
        """Returns whether it is within the tolerance of the reference; a host's interpreter may differ."""
        return self.runs is ModelRunner.HOST or self.figures.is_within

    def sentence(self) -> str:
        """The result as a sentence, without the model's name."""
        figures = self.figures
        if self.runs is ModelRunner.HOST:
            return self._of_the_host()
        if not self.inputs:
            return f"not compared: {self.refusal or 'the time ran out'}"
        if figures.is_identical:
            return f"identical to the reference on {counted(self.inputs, 'input')}"
        if figures.is_within:
            return (
                f"within the tolerance of the reference on {counted(self.inputs, 'input')}, "
                f"differing by at most {figures.largest:.2g}{excused_text(figures)}"
            )
        begins = f", first at {self.first}" if self.first else ""
        if self.is_float:
            return (
                f"{figures.beyond:,} of {figures.elements:,} numbers differ from the reference by more than the "
                f"tolerance, by {figures.largest:.2g} at most{begins}"
            )
        verb = "differs" if figures.differing == 1 else "differ"
        return f"{figures.differing:,} of {figures.bytes:,} bytes {verb} by {figures.largest:.0f} at most{begins}"

    def effort(self) -> str:
        """Says in a sentence how much its runs can show; empty where there were none, or nobody counted."""
        if not self.distinct:
            return ""
        aimed_text = f"; {counted(self.aimed, 'input')} beside a threshold" if self.aimed else ""
        return f"{counted(self.distinct, 'distinct output')}{aimed_text}"

    def _of_the_host(self) -> str:
        if not self.inputs:
            return "run by the host"
        if self.figures.is_identical:
            return f"run by the host, and identical to the reference on {counted(self.inputs, 'input')}"
        unit = "" if self.is_float else " steps"
        return (
            f"run by the host, whose interpreter differs by at most {self.figures.largest:.3g}{unit} from the "
            f"reference on {counted(self.inputs, 'input')}"
        )

    def to_json(self) -> ModelVerificationJson:
        return {
            "stage": self.stage,
            "file": self.file,
            "runs": self.runs.value,
            "inputs": self.inputs,
            "distinct": self.distinct,
            "aimed": self.aimed,
            "float": self.is_float,
            **self.figures.to_json(),
            "first": self.first.to_json() if self.first else None,
            "refusal": self.refusal,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModelVerification:
        first = value["first"]
        return cls(
            value["stage"],
            value["file"],
            ModelRunner(value["runs"]),
            value["inputs"],
            DeviationFigures.from_json(value),
            value["float"],
            DifferingOp.from_json(first) if first is not None else None,
            value["refusal"],
            value.get("distinct", 0),
            value.get("aimed", 0),
        )


def excused_text(figures: DeviationFigures) -> str:
    """Returns the excused part of the figures, as the end of a sentence; empty where there is none."""
    if not figures.excused:
        return ""
    verb = "is" if figures.excused == 1 else "are"
    return (
        f"; {figures.excused:,} of {figures.elements:,} numbers {verb} beyond it, where the reference itself changes "
        "as much with the last bits of its weights"
    )


@dataclass(frozen=True)
class Verification:
    """The result of a verification.

    `reference` is the interpreter with its version; `skipped` says why nothing could be compared. `second` is what was
    found of the rune's second module, run with exact dot products; None where it has none. `rebuild` compares the rune
    with what its files build. `seed` is that of the generated inputs.
    """

    reference: str | None = None
    rune: RuneVerification = field(default_factory=RuneVerification)
    models: tuple[ModelVerification, ...] = ()
    skipped: str | None = None
    second: RuneVerification | None = None
    rebuild: RebuildResult | None = None
    seed: int | None = None

    @property
    def is_within(self) -> bool:
        """Whether nothing differs by more than is allowed."""
        if self.rebuild is not None and self.rebuild.is_wrong:
            return False
        return all(each.is_within for each in self.modules) and all(each.is_within for each in self.models)

    @property
    def modules(self) -> tuple[RuneVerification, ...]:
        """The rune itself, and its second module where it has one."""
        return (self.rune,) if self.second is None else (self.rune, self.second)

    @property
    def is_complete(self) -> bool:
        """Whether the rune is exactly what its project builds, and every model of it was compared with the reference.

        A rune whose models are all run by its host leaves nothing to be compared with the reference.
        """
        return self.is_compared and (self.rebuild is None or self.rebuild.is_proven)

    @property
    def is_compared(self) -> bool:
        """Whether the rune was compared with its pipeline, and every model of it with the reference."""
        if self.skipped is not None or (self.models and not self.compiled_models):
            return False
        if any(not each.inputs or each.is_undecided for each in self.modules):
            return False
        return all(model.inputs for model in self.compiled_models)

    @property
    def compiled_models(self) -> tuple[ModelVerification, ...]:
        """The models that are part of the rune."""
        return tuple(model for model in self.models if model.runs is ModelRunner.COMPILED)

    @property
    def reservation(self) -> str | None:
        """The reason why a rune in which nothing is wrong is not verified, as a sentence: it was not built again."""
        if self.rebuild is not None and not self.rebuild.is_proven and not self.rebuild.is_wrong:
            return self.rebuild.sentence()
        return None

    def sentence(self) -> str:
        """The result as a sentence: the first problem, if there is one."""
        if self.reservation is not None and self.is_within and self.is_compared:
            return f"{self.reservation}; {self._comparison()}"
        return self._comparison()

    def _comparison(self) -> str:
        wrong = [model for model in self.models if not model.is_within]
        if wrong:
            more = f" (and {counted(len(wrong) - 1, 'other model')})" if len(wrong) > 1 else ""
            return f"{plain(wrong[0].stage)}: {wrong[0].sentence()}{more}"
        if not self.rune.is_within or self.rune.is_undecided:
            return self.rune.sentence()
        if self.second is not None and (not self.second.is_within or self.second.is_undecided):
            return self.second.sentence(SECOND)
        if self.rebuild is not None and self.rebuild.is_wrong:
            return self.rebuild.sentence()
        if self.skipped is not None:
            return f"skipped: {self.skipped}"
        hosted_stages = [plain(model.stage) for model in self.models if model.runs is ModelRunner.HOST]
        hosted_text = f"; the host runs {', '.join(hosted_stages)}" if hosted_stages else ""
        if self.models and not self.compiled_models:
            return f"not verified: the host runs {', '.join(hosted_stages)}"
        unseen = next((model for model in self.compiled_models if not model.inputs), None)
        if unseen is not None:
            return f"not verified: {plain(unseen.stage)}: {unseen.sentence()}"
        if not self.rune.inputs:
            return f"not verified: {self.rune.sentence()}"
        if self.second is not None and not self.second.inputs:
            return f"not verified: {self.second.sentence(SECOND)}"
        both = "" if self.second is None else f"; its second module too, on {counted(self.second.inputs, 'input')}"
        if not self.models:
            return f"the pipeline has no model; {self.rune.sentence()}{both}"
        inputs = counted(sum(model.inputs for model in self.compiled_models), "input")
        if self.rune.files:
            inputs += f" ({self.rune.files} from files)"
        if all(model.figures.is_identical for model in self.compiled_models):
            return f"identical to the reference on {inputs}{both}{hosted_text}"
        largest = max(model.figures.largest for model in self.compiled_models)
        total = together(model.figures for model in self.compiled_models)
        by = f"differing by at most {largest:.2g}{excused_text(total)}"
        return f"within the tolerance of the reference on {inputs}, {by}{both}{hosted_text}"

    def to_json(self) -> VerificationJson:
        return {
            "reference": self.reference,
            "within": self.is_within,
            "complete": self.is_complete,
            "sentence": self.sentence(),
            "skipped": self.skipped,
            "seed": self.seed,
            "rebuild": None if self.rebuild is None else self.rebuild.to_json(),
            "rune": self.rune.to_json(),
            "second": None if self.second is None else self.second.to_json(),
            "models": [model.to_json() for model in self.models],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Verification:
        """Reads the result from JSON; `within`, `complete` and `sentence` follow from the rest."""
        return cls(
            value["reference"],
            RuneVerification.from_json(value["rune"]),
            tuple(ModelVerification.from_json(model) for model in value["models"]),
            value["skipped"],
            None if value.get("second") is None else RuneVerification.from_json(value["second"]),
            None if value.get("rebuild") is None else RebuildResult.from_json(value["rebuild"]),
            value.get("seed"),
        )
