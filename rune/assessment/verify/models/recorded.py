"""A rune with host models: their inputs and outputs are recorded and compared with the reference.

This says nothing of the rune, which only hands tensors over, but how far the host's interpreter is from the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing

from rune.abi import ModelFormat
from rune.assessment.verify.comparison import NOTHING, compare, together
from rune.assessment.verify.inputs import generated_tensor
from rune.assessment.verify.instrumentation import LIMITS
from rune.assessment.verify.models.reference import open_reference
from rune.assessment.verify.runes.verification import RuneVerification
from rune.assessment.verify.verification import ModelRunner, ModelVerification, Verification
from rune.running.runtime import RequestedCapability, Runtime
from rune.running.runtime.errors import RuneError
from rune.running.runtime.host.imports import InputSource
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.interpreters import Interpreter, open_isolated
from rune.tensor import ElementType, TensorType


def verify_recorded(rune: bytes, *, inputs: int, seed: int, resources: Mapping[str, bytes]) -> Verification:
    """Runs a rune on generated inputs, and the reference on all that its TensorFlow Lite models were given.

    Models are named by their place among those that the rune loads. Raises `RuneError`.
    """
    models: list[tuple[str, bytes]] = []
    with ExitStack() as stack:

        def open_model(mimetype: str, data: bytes) -> Interpreter:
            models.append((mimetype, data))
            return stack.enter_context(closing(open_isolated(mimetype, data)))

        loaded_rune = Runtime.load(rune, LIMITS, resources=resources, open_model=open_model, record=True)
        references = {
            request.id: stack.enter_context(closing(open_reference(data)))
            for request, (mimetype, data) in zip(loaded_rune.models, models, strict=True)
            if mimetype == ModelFormat.TENSORFLOW_LITE.mimetype
        }
        by_model = {request.id: (0, NOTHING) for request in loaded_rune.models}
        for number in range(inputs):
            loaded_rune.call(_inputs(loaded_rune.capabilities, number, seed))
            for inference in loaded_rune.inferences:
                if inference.handle not in references:
                    continue
                count, figures = by_model[inference.handle]
                kinds = next(request.outputs for request in loaded_rune.models if request.id == inference.handle)
                try:
                    expected = references[inference.handle].run(inference.inputs)
                except RuneError:
                    continue
                run = zip(kinds, expected, inference.outputs, strict=True)
                now = together(compare(kind, expected_data, actual_data) for kind, expected_data, actual_data in run)
                by_model[inference.handle] = (count + 1, together((figures, now)))
        verifications = tuple(
            ModelVerification(
                f"model {number}",
                "",
                ModelRunner.HOST,
                *by_model[request.id],
                is_float=any(kind.element.is_float for kind in request.outputs),
            )
            for number, request in enumerate(loaded_rune.models, start=1)
        )
        name = next((reference.name for reference in references.values()), None)
        return Verification(name, RuneVerification(), verifications)


def _inputs(capabilities: tuple[RequestedCapability, ...], number: int, seed: int) -> Mapping[int, InputSource]:
    """Plausible input first, then noise of the requested length."""
    if not number:
        return generated_inputs(capabilities)

    def noise(request: RequestedCapability) -> InputSource:
        return lambda size: generated_tensor(TensorType(ElementType.U8, (size,)), number - 1, seed + request.id)

    return {request.id: noise(request) for request in capabilities}
