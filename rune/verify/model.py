"""One model, compiled, against the reference interpreter; and where inside of it a difference begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from rune.anvil.errors import AnvilError
from rune.runefile.pipeline import ModelStage
from rune.runtime.errors import RuneError
from rune.runtime.interpreters import Interpreter
from rune.tflite import Model, keeps_state
from rune.verify.comparison import NOTHING, Figures, compare, together
from rune.verify.inputs import generated_tensor
from rune.verify.instrumented import ModelProbe, results_in_groups
from rune.verify.probe import build_probe
from rune.verify.reference import open_inside, open_reference
from rune.verify.sensitivity import moves
from rune.verify.time_limit import within_seconds
from rune.verify.verification import DifferingOp, ModelVerification, Runs


@dataclass(frozen=True)
class Tally:
    """What the runs of one model came to so far.

    `wrong` are the first inputs whose outputs are too far off. `refusal` is what the reference said of inputs, or of
    the model, when it did not take them.
    """

    inputs: int = 0
    figures: Figures = NOTHING
    wrong: tuple[bytes, ...] | None = None
    refusal: str | None = None


class ModelCheck:
    """A model stage and the reference for it, with what was found so far."""

    def __init__(self, stage: ModelStage, model: Model, data: bytes, reference: Interpreter | RuneError) -> None:
        """`data` are the bytes that `model` was read from; an error is why there is no reference for it."""
        self.stage = stage
        self._model = model
        self._data = data
        self._reference = reference
        self._tally = Tally()

    def add(self, inputs: Sequence[bytes], given: Sequence[bytes]) -> None:
        """Compares one run's outputs with the reference's on the same inputs; those that it refuses are left out."""
        tally = self._tally
        try:
            figures = self._compared(inputs, given)
        except RuneError as error:
            self._tally = replace(tally, refusal=str(error))
            return
        wrong = tally.wrong if tally.wrong is not None or figures.is_within else tuple(inputs)
        self._tally = Tally(tally.inputs + 1, together((tally.figures, figures)), wrong, tally.refusal)

    def run_alone(self, probe: bytes | AnvilError, count: int, seed: int, seconds: float | None) -> None:
        """Adds runs of the model by itself on `count` generated inputs, or as many as there is time for, but one.

        `probe` is the model's module, or why there is none.
        """
        try:
            if isinstance(probe, AnvilError):
                raise probe
            alone = ModelProbe(probe)
            if keeps_state(self._model) and not isinstance(self._reference, RuneError):
                # The pipeline's runs left something in the reference that a new module does not have.
                self._reference.close()
                self._reference = open_reference(self._data)
            for number in within_seconds(range(count), seconds):
                # Each input of a model gets noise of its own.
                inputs = [
                    generated_tensor(kind, number, seed + position)
                    for position, kind in enumerate(self.stage.input_types)
                ]
                self.add(inputs, alone.run(inputs))
        except (AnvilError, RuneError) as error:
            # It has no memory or no time to send its results; those that the pipeline gave it were compared.
            self._tally = replace(self._tally, refusal=str(error))

    def close(self) -> None:
        """Ends the reference."""
        if not isinstance(self._reference, RuneError):
            self._reference.close()

    def verification(self) -> ModelVerification:
        """What was found, with the operator where a difference begins, if that can be told."""
        tally = self._tally
        first = None
        if tally.wrong is not None:
            with suppress(AnvilError, RuneError):
                first = self._first_differing_op(tally.wrong)
        return ModelVerification(
            self.stage.name,
            self.stage.file or "",
            Runs.COMPILED,
            tally.inputs,
            tally.figures,
            any(kind.element.is_float for kind in self.stage.outputs),
            first,
            tally.refusal if not tally.inputs else None,
        )

    def _first_differing_op(self, inputs: Sequence[bytes]) -> DifferingOp | None:
        """The first operator, in the model's order, whose result is too far off on these inputs.

        None when every result that can be looked at is as it should be.
        """
        reference = open_inside(self._data, keep=True)
        reference.run(inputs)
        for group in results_in_groups(self._model):
            given = ModelProbe(build_probe(self._model, [index for _, index in group])).run(inputs)
            kinds = {index: kind for _, index in group if (kind := self._model.tensors[index].type) is not None}
            moved = moves(self._model, self._data, inputs, kinds, keep=True)
            for (number, index), data in zip(group, given, strict=True):
                figures = compare(kinds[index], reference.tensor(index), data, moved=moved.get(index, 0.0))
                if not figures.is_within:
                    name = self._model.tensors[index].name
                    return DifferingOp(number, self._model.operators[number].op, name, figures)
        return None

    def _compared(self, inputs: Sequence[bytes], given: Sequence[bytes]) -> Figures:
        if isinstance(self._reference, RuneError):
            raise self._reference
        expected = self._reference.run(inputs)
        figures = self._figures(expected, given, {})
        if figures.is_within:
            return figures
        results = dict(zip(self._model.outputs, self.stage.outputs, strict=True))
        try:
            moved = moves(self._model, self._data, inputs, results)
        except RuneError:
            # What sensitivity does not explain is a difference.
            return figures
        return self._figures(expected, given, moved)

    def _figures(self, expected: Sequence[bytes], given: Sequence[bytes], moved: Mapping[int, float]) -> Figures:
        outputs = zip(self._model.outputs, self.stage.outputs, expected, given, strict=True)
        return together(compare(kind, wanted, got, moved=moved.get(index, 0.0)) for index, kind, wanted, got in outputs)
