"""SOUND: sound from a microphone or a file."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from rune.capabilities.capability import SOURCE, Capability, InputOption, Parameter, Parameters, RecordingFormat, Sensor
from rune.tensor import ElementType, TensorType

_TONE_HERTZ = 440.0
_LOUDNESS = 8000
_DEFAULT_RATE = 16000.0


def _output(parameters: Parameters) -> TensorType:
    samples = int(parameters["hz"]) * int(parameters["sample_duration_ms"]) // 1000
    return TensorType(ElementType.I16, (samples,))


def _tone(parameters: Parameters, size: int) -> bytes:
    declared_rate = float(parameters.get("hz", _DEFAULT_RATE))
    rate = declared_rate if math.isfinite(declared_rate) and declared_rate > 0 else _DEFAULT_RATE
    step = 2 * math.pi * _TONE_HERTZ / rate
    count = size // 2
    samples = (round(_LOUDNESS * math.sin(step * index)) for index in range(count))
    return struct.pack(f"<{count}h", *samples) + bytes(size % 2)


def _describe(parameters: Parameters, _: TensorType) -> str:
    rate = f" at {parameters['hz']:,} samples a second" if "hz" in parameters else ""
    return f"sound{rate}, one channel, the oldest sample first"


def _detail(arguments: Mapping[str, object]) -> str:
    hertz = arguments.get("hz")
    return f"{hertz / 1000:g} kHz" if isinstance(hertz, int | float) and math.isfinite(hertz) else ""


def _solve(name: str, parameters: Parameters, declared_type: TensorType) -> int | None:
    other = parameters.get("sample_duration_ms" if name == "hz" else "hz")
    if declared_type.element is not ElementType.I16 or not isinstance(other, int):
        return None
    value, rest = divmod(declared_type.count * 1000, other) if other > 0 else (0, 1)
    return value if value > 0 and rest == 0 else None


SOUND = Capability(
    name="SOUND",
    number=2,
    graph_type="sound",
    summary="Sound from a microphone or a file.",
    parameters=(
        Parameter(
            "hz",
            "Samples a second.",
            "Hz",
            is_required=True,
            maximum=384_000,
            usual=16_000,
            suggestions=("16000", "8000", "22050", "44100", "48000"),
        ),
        Parameter(
            "sample_duration_ms",
            "How long one reading is, in ms.",
            "ms",
            is_required=True,
            maximum=3_600_000,
            usual=1000,
            suggestions=("1000", "500", "2000"),
        ),
        SOURCE,
    ),
    element=ElementType.I16,
    output=_output,
    formula="hz * sample_duration_ms / 1000 samples of i16",
    generate=_tone,
    describe=_describe,
    option=InputOption(("--sound",), "A wav file for a SOUND capability.", example="up.wav"),
    label="Microphone",
    short_label="Sound",
    icon="mic",
    stage_name="audio",
    port_name="audio",
    recording=RecordingFormat.SOUND,
    endings=(".wav",),
    examples=("tone", "sweep", "silence"),
    sensor=Sensor("microphone", "microphone"),
    zune_package="sound_input",
    solve=_solve,
    detail=_detail,
)
