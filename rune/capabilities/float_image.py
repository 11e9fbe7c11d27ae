"""FLOAT_IMAGE: a picture from a camera or a file, in numbers of f32."""

from __future__ import annotations

from rune.capabilities.capability import Capability, RecordingFormat
from rune.capabilities.generating import fractions
from rune.capabilities.image import (
    CAMERA,
    PICTURE_ENDINGS,
    PICTURE_EXAMPLES,
    PICTURE_OPTION,
    PICTURE_PARAMETERS,
    describe_picture,
    missing_side,
    picture_array,
    picture_output,
)
from rune.tensor import ElementType

FLOAT_IMAGE = Capability(
    name="FLOAT_IMAGE",
    number=6,
    graph_type="float-image",
    summary="A picture from a camera or a file, as numbers of f32.",
    parameters=PICTURE_PARAMETERS,
    element=ElementType.F32,
    output=picture_output(ElementType.F32),
    array=picture_array(ElementType.F32),
    formula="width * height * channels numbers of f32",
    generate=fractions,
    describe=lambda parameters, _: f"{describe_picture(parameters)}, from 0 to 255",
    option=PICTURE_OPTION,
    label="Camera or drawing",
    short_label="Image",
    icon="camera",
    stage_name="image",
    port_name="image",
    recording=RecordingFormat.PICTURE,
    endings=PICTURE_ENDINGS,
    examples=PICTURE_EXAMPLES,
    sensor=CAMERA,
    solve=missing_side,
)
