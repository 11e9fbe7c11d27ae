"""RAW: bytes as they are, from a file."""

from __future__ import annotations

from rune.capabilities.capability import SOURCE, Capability, InputOption, Parameter, Parameters
from rune.capabilities.generating import fractions
from rune.tensor import ElementType, TensorType


def _output(parameters: Parameters) -> TensorType | None:
    length = parameters.get("length")
    return None if length is None else TensorType(ElementType.U8, (int(length),))


RAW = Capability(
    name="RAW",
    number=5,
    graph_type="raw",
    summary="Bytes as they are, from a file.",
    parameters=(Parameter("length", "How many bytes one reading has.", usual=1), SOURCE),
    element=ElementType.U8,
    is_typed=False,
    output=_output,
    formula="`length` bytes",
    generate=fractions,
    describe=lambda _, type_: f"the project's own data, {type_}, the last dimension densest",
    option=InputOption(("--raw",), "Any file for a RAW capability.", example="numbers.bin"),
    label="Numbers",
    short_label="Numbers",
    icon="hash",
    stage_name="input",
    port_name="raw",
    endings=(".raw", ".bin"),
    zune_package="tensor_input",
)
