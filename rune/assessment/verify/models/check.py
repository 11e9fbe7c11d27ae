"""One model, compiled, against the reference interpreter; and where inside of it a difference begins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from rune.assessment.verify.comparison import NOTHING, DeviationFigures, Distances, compare, together
from rune.assessment.verify.inputs import generated_tensor
from rune.assessment.verify.instrumentation import ModelProbe, results_in_groups
from rune.assessment.verify.models.boundary_inputs import aimed_inputs
from rune.assessment.verify.models.probe import build_probe
from rune.assessment.verify.models.reference import open_inside, open_reference
from rune.assessment.verify.models.sensitivity import is_all_float, moves
from rune.assessment.verify.time_limit import within_seconds
from rune.assessment.verify.verification import DifferingOp, ModelRunner, ModelVerification
from rune.compiler.anvil.errors import AnvilError
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, keeps_state
from rune.running.runtime.errors import RuneError
from rune.running.runtime.interpreters import Interpreter
from rune.source.runefile.pipeline import ModelStage

LEAST_GENERATED = 4
"""Generated inputs that come before aimed ones: noise, zeros and the ends of the range."""

Inputs = tuple[bytes, ...]


@dataclass(frozen=True)
class Tally:
    """The results of one model's runs so far.

    `wrong` are the first inputs whose outputs are too far off, behind those that the model had before and remembers.
    `refusal` is what the reference said of inputs, or of the model, when it did not take them.
    """

    inputs: int = 0
    figures: DeviationFigures = NOTHING
    wrong: tuple[Inputs, ...] | None = None
    refusal: str | None = None
    aimed_count: int = 0


class ModelCheck:
    """A model stage and the reference for it, with what was found so far."""

    def __init__(
        self,
        stage: ModelStage,
        model: Model,
        data: bytes,
        reference: Interpreter | RuneError,
        profile: Profile = LITERT,
    ) -> None:
        """`data` are the bytes that `model` was read from; `reference` is the profile's, and an error is why there is
        none for it."""
        self.stage = stage
        self._model = model
        self._data = data
        self._profile = profile
        self._reference = reference
        self._remembers = keeps_state(model)
        self._history: list[Inputs] = []
        self._is_apart = False
        self._tally = Tally()
        self._output_digests: set[bytes] = set()

    def add(self, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> None:
        """Compares one run's outputs with the reference's on the same inputs; those that it refuses are left out.

        A model that remembers has met them since, and its reference has not: nothing is compared until `restart`.
        """
        if self._is_apart:
            return
        tally = self._tally
        runs = (*self._history, tuple(inputs))
        try:
            figures = self._comparison(runs, outputs)
        except RuneError as error:
            self._tally = replace(tally, refusal=str(error))
            self._is_apart = self._remembers
            return
        if self._remembers:
            self._history.append(tuple(inputs))
        self._output_digests.add(_digest(outputs))
        wrong = tally.wrong if tally.wrong is not None or figures.is_within else runs
        self._tally = replace(tally, inputs=tally.inputs + 1, figures=together((tally.figures, figures)), wrong=wrong)

    def restart(self) -> None:
        """Begins anew, as what is compared with it does: a model that remembers has forgotten all runs."""
        if not self._remembers or isinstance(self._reference, RuneError):
            return
        self._reference.close()
        self._history.clear()
        self._is_apart = False
        try:
            self._reference = open_reference(self._data, self._profile)
        except RuneError as error:
            self._reference = error

    def run_alone(self, probe: bytes | AnvilError, count: int, seed: int, seconds: float | None) -> None:
        """Adds runs of the model by itself on `count` inputs, or as many as there is time for, but one: generated ones,
        and then some that are aimed at its thresholds.

        `probe` is the model's module, or why there is none.
        """
        try:
            if isinstance(probe, AnvilError):
                raise probe
            alone = ModelProbe(probe)
            # The pipeline's runs left something in the reference that a new module does not have.
            self.restart()
            for inputs, is_aimed in within_seconds(islice(self._inputs(alone, count, seed), count), seconds):
                before = self._tally.inputs
                self.add(inputs, alone.run(inputs))
                aimed_count = self._tally.aimed_count + (is_aimed and self._tally.inputs > before)
                self._tally = replace(self._tally, aimed_count=aimed_count)
        except (AnvilError, RuneError) as error:
            # It has no memory or no time to send its results; those that the pipeline gave it were compared.
            self._tally = replace(self._tally, refusal=str(error))

    def _inputs(self, alone: ModelProbe, count: int, seed: int) -> Iterator[tuple[Inputs, bool]]:
        """Inputs, and whether they were aimed. A result of floats has no thresholds, and looking for them would change
        what a model remembers."""
        kinds = self.stage.input_types
        aims = not self._remembers and not is_all_float(self._model)
        generated_count = max(LEAST_GENERATED, count // 2) if aims else count
        for number in range(generated_count):
            # Each input of a model gets noise of its own.
            yield tuple(generated_tensor(kind, number, seed + place) for place, kind in enumerate(kinds)), False
        yield from ((inputs, True) for inputs in aimed_inputs(alone.run, kinds, seed) if aims)

    def close(self) -> None:
        """Ends the reference."""
        if not isinstance(self._reference, RuneError):
            self._reference.close()

    def verification(self) -> ModelVerification:
        """Returns the verification, with the operator where a difference begins, if that can be determined."""
        tally = self._tally
        first = None
        if tally.wrong is not None:
            with suppress(AnvilError, RuneError):
                first = self._first_differing_op(tally.wrong)
        return ModelVerification(
            self.stage.name,
            self.stage.file or "",
            ModelRunner.COMPILED,
            tally.inputs,
            tally.figures,
            any(kind.element.is_float for kind in self.stage.outputs),
            first,
            tally.refusal if not tally.inputs else None,
            len(self._output_digests),
            tally.aimed_count,
        )

    def _first_differing_op(self, runs: Sequence[Inputs]) -> DifferingOp | None:
        """The first operator, in the model's order, whose result is too far off in the last of these runs.

        None when every result that can be looked at is as it should be.
        """
        reference = open_inside(self._data, keep=True, profile=self._profile)
        for inputs in runs:
            reference.run(inputs)
        for group in results_in_groups(self._model):
            probe = ModelProbe(build_probe(self._model, [index for _, index in group], profile=self._profile))
            outputs = [probe.run(inputs) for inputs in runs][-1]
            kinds = {index: kind for _, index in group if (kind := self._model.tensors[index].type) is not None}
            sensitivities = moves(self._model, self._data, runs, kinds, keep=True, profile=self._profile)
            for (number, index), data in zip(group, outputs, strict=True):
                figures = compare(kinds[index], reference.tensor(index), data, sensitivity=sensitivities.get(index))
                if not figures.is_within:
                    name = self._model.tensors[index].name
                    return DifferingOp(number, self._model.operators[number].op, name, figures)
        return None

    def _comparison(self, runs: Sequence[Inputs], outputs: Sequence[bytes]) -> DeviationFigures:
        """The outputs of the last run; the reference has done those before."""
        if isinstance(self._reference, RuneError):
            raise self._reference
        expected = self._reference.run(runs[-1])
        figures = self._figures(expected, outputs, {})
        if figures.is_within:
            return figures
        results = dict(zip(self._model.outputs, self.stage.outputs, strict=True))
        try:
            sensitivities = moves(self._model, self._data, runs, results, profile=self._profile)
        except RuneError:
            # A deviation that sensitivity does not explain is a difference.
            return figures
        return self._figures(expected, outputs, sensitivities)

    def _figures(
        self, expected: Sequence[bytes], actual: Sequence[bytes], sensitivities: Mapping[int, Distances]
    ) -> DeviationFigures:
        outputs = zip(self._model.outputs, self.stage.outputs, expected, actual, strict=True)
        return together(
            compare(kind, expected_data, actual_data, sensitivity=sensitivities.get(index))
            for index, kind, expected_data, actual_data in outputs
        )


def _digest(outputs: Sequence[bytes]) -> bytes:
    """Returns a digest that distinguishes these outputs, whose sizes are the model's, from any others."""
    return hashlib.sha256(b"".join(outputs)).digest()
