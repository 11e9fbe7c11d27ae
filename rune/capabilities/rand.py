"""RAND: random bits."""

from __future__ import annotations

from rune.capabilities.capability import SOURCE, Capability, InputOption, Parameter, Parameters
from rune.capabilities.generating import noise
from rune.tensor import ElementType, TensorType


def _output(parameters: Parameters) -> TensorType | None:
    amount = parameters.get("amount")
    return None if amount is None else TensorType(ElementType.U32, (int(amount),))


def _implied_parameters(type_: TensorType) -> Parameters:
    """Returns an amount for the tensor's size: without one a host gives one number."""
    return {"amount": max(type_.size // 4, 1)}


RAND = Capability(
    name="RAND",
    number=1,
    graph_type="random",
    summary="Random bits.",
    parameters=(Parameter("amount", "How many random numbers of 4 bytes.", usual=1), SOURCE),
    element=ElementType.U32,
    is_typed=False,
    output=_output,
    formula="4 bytes for each of `amount` numbers",
    generate=noise,
    describe=lambda _parameters, _type: "random bytes",
    option=InputOption(("--random", "--rand"), "A seed for RAND.", example="1", is_seed=True),
    label="Random numbers",
    short_label="Random",
    icon="dices",
    stage_name="random",
    port_name="random",
    array=lambda _: None,
    implied_parameters=_implied_parameters,
)
