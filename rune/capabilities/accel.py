"""ACCEL: motion from an accelerometer."""

from __future__ import annotations

from rune.capabilities.capability import SOURCE, Capability, InputOption, Parameter, Parameters, RecordingFormat, Sensor
from rune.capabilities.generating import fractions
from rune.tensor import ElementType, TensorType

_COLUMNS = ("x", "y", "z")
_LEAST_ROWS = 8
"""A model's input of fewer rows is taken for something else."""


def _output(parameters: Parameters) -> TensorType | None:
    rows = parameters.get("samples", parameters.get("n"))
    return None if rows is None else TensorType(ElementType.F32, (int(rows), len(_COLUMNS)))


def _starter(type_: TensorType) -> Parameters | None:
    """Returns the arguments for `f32[n, 3]`, with ones around it."""
    inner = [size for size in type_.dimensions if size != 1]
    is_motion = type_.element is ElementType.F32 and len(inner) == 2 and inner[1] == len(_COLUMNS)
    return {"samples": inner[0]} if is_motion and inner[0] >= _LEAST_ROWS else None


ACCEL = Capability(
    name="ACCEL",
    number=3,
    graph_type="accelerometer",
    summary="Motion from an accelerometer: x, y and z for each sample.",
    parameters=(
        Parameter("samples", "How many samples one reading has.", usual=100),
        Parameter("n", "An old name of `samples`."),
        SOURCE,
    ),
    element=ElementType.F32,
    columns=_COLUMNS,
    row_count=("samples", "n"),
    output=_output,
    formula="3 numbers of f32 for each sample",
    generate=fractions,
    describe=lambda _parameters, _type: (
        "x, y and z of the motion sensor for each moment, the oldest first, in the unit of the model's training"
    ),
    option=InputOption(("--accelerometer", "--accel"), "A CSV of x,y,z for ACCEL.", example="motion.csv"),
    label="Motion",
    short_label="Motion",
    icon="activity",
    stage_name="motion",
    port_name="accelerometer",
    recording=RecordingFormat.MOTION,
    endings=(".csv",),
    examples=("wave", "circle", "still"),
    sensor=Sensor("motion", "motion sensor"),
    starter=_starter,
    zune_package="accelerometer_input",
)
