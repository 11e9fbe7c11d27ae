"""Which models Anvil can compile, op by op: asked by the build and by a model's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from rune.compiler.anvil.control_flow import REASONS
from rune.compiler.anvil.operation import Alike, Contradiction, Op, alike
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.types import ELEMENTS_LIMIT
from rune.compiler.anvil.plain_model import plain_model
from rune.compiler.anvil.profile import LITERT, TFLM, Profile
from rune.compiler.anvil.remembered import remembered
from rune.compiler.anvil.tflite_micro import lacking
from rune.model.tflite import Model, ModelSignature, Operator, Unsupported, operator_types, signature


@remembered
def unsupported(model: Model, profile: Profile = LITERT) -> tuple[Unsupported, ...]:
    """The ops that cannot be compiled with the bits of the profile's runtime, in the model's order, each kind with its
    types once. Empty: it can be compiled."""
    lacked = lacking(model) if profile is TFLM else ()
    if lacked:
        return lacked
    found: Counter[tuple[str, str]] = Counter()
    model = plain_model(model)
    refusals: dict[Alike, str | None] = {}
    for operator in model.operators:
        likeness = alike(model.tensors, operator)
        if likeness not in refusals:
            refusals[likeness] = _refusal(model, operator, profile)
        why = refusals[likeness]
        if why is not None:
            types = operator_types(model, operator)
            found[operator.op, f"{types}, {why}" if why else types] += 1
    return tuple(Unsupported(op, types, count) for (op, types), count in found.items())


@remembered
def signature_with_support(model: Model) -> ModelSignature:
    """The inputs and outputs of a model, and what keeps it from being compiled. Raises `ModelError`."""
    return replace(signature(model), unsupported=unsupported(model))


def _refusal(model: Model, operator: Operator, profile: Profile) -> str | None:
    """None, or why there is no kernel: "" for the types alone."""
    op = Op.of(model.tensors, operator, profile)
    tensors = [tensor for tensor in (*op.inputs, *op.outputs) if tensor is not None]
    operation = OPERATIONS.get(operator.op)
    if operation is None or not op.inputs:
        return REASONS.get(operator.op, "")
    kept = (*operation.reads, *operation.states)
    if any(tensor is not None and tensor.is_variable and number not in kept for number, tensor in enumerate(op.inputs)):
        return "a tensor that changes between runs"
    if any(tensor.count == 0 or tensor.count > ELEMENTS_LIMIT for tensor in tensors):
        return "a tensor of no size, or of more than 268,435,456 elements"
    try:
        return operation.refusal(op)
    except (Contradiction, IndexError) as error:
        return str(error)
