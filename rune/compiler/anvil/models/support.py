"""Checks op by op whether Anvil can compile a model, for builds and for a model's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rune.compiler.anvil.models.caching import cached_by_model
from rune.compiler.anvil.models.control_flow import REASONS
from rune.compiler.anvil.models.plain_model import plain_model
from rune.compiler.anvil.models.tflite_micro import lacking
from rune.compiler.anvil.operation import Alike, Contradiction, ModelOp, alike
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.types import ELEMENTS_LIMIT
from rune.model.profile import LITERT, TFLM, Profile
from rune.model.tflite import Model, ModelSignature, Operator, UnsupportedOp, operator_types, signature


@cached_by_model
def unsupported_ops(model: Model, profile: Profile = LITERT) -> tuple[UnsupportedOp, ...]:
    """Returns the ops that cannot be compiled with the bits of the profile's runtime, in the model's order, each
    combination of op and types once. Empty if the model can be compiled."""
    missing_operators = lacking(model) if profile is TFLM else ()
    if missing_operators:
        return tuple(_without_blame(missing_operators, unsupported_ops(model)))
    counts: Counter[tuple[str, str]] = Counter()
    model = plain_model(model)
    refusals: dict[Alike, str | None] = {}
    for operator in model.operators:
        likeness = alike(model.tensors, operator)
        if likeness not in refusals:
            refusals[likeness] = _refusal(model, operator, profile)
        why = refusals[likeness]
        if why is not None:
            types = operator_types(model, operator)
            counts[operator.op, f"{types}, {why}" if why else types] += 1
    return tuple(UnsupportedOp(op, types, count) for (op, types), count in counts.items())


def _without_blame(
    missing_operators: Sequence[UnsupportedOp], elsewhere: Sequence[UnsupportedOp]
) -> Iterator[UnsupportedOp]:
    """Blames TFLite Micro only for operators that can be compiled for the other profile. `elsewhere` are those that
    cannot, whose reasons replace its own."""
    by_operator = {(each.op, each.types.partition(",")[0]): each for each in elsewhere}
    for each in missing_operators:
        yield by_operator.get((each.op, each.types.partition(",")[0]), each)


@cached_by_model
def signature_with_support(model: Model) -> ModelSignature:
    """Returns the inputs and outputs of a model, and the operators that cannot be compiled. Raises `ModelError`."""
    return replace(signature(model), unsupported=unsupported_ops(model))


def _refusal(model: Model, operator: Operator, profile: Profile) -> str | None:
    """Returns None, or why there is no kernel: "" for the types alone."""
    op = ModelOp.of(model.tensors, operator, profile)
    tensors = [tensor for tensor in (*op.inputs, *op.outputs) if tensor is not None]
    operation = OPERATIONS.get(operator.op)
    if operation is None or not op.inputs:
        return REASONS.get(operator.op, "")
    run_inputs = (*operation.reads, *operation.states)
    if any(
        tensor is not None and tensor.is_variable and number not in run_inputs
        for number, tensor in enumerate(op.inputs)
    ):
        return "a tensor that changes between runs"
    if any(tensor.count == 0 or tensor.count > ELEMENTS_LIMIT for tensor in tensors):
        return "a tensor of no size, or of more than 268,435,456 elements"
    try:
        return operation.refusal(op)
    except (Contradiction, IndexError) as error:
        return str(error)
