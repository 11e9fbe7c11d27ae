"""IMAGE: a picture from a camera or a file, in bytes. What it shares with FLOAT_IMAGE is here."""

from __future__ import annotations

from collections.abc import Callable

from rune.abi import PixelFormat
from rune.capabilities.capability import SOURCE, Capability, InputOption, Parameter, Parameters, RecordingFormat, Sensor
from rune.capabilities.generating import noise
from rune.tensor import ElementType, TensorType

PICTURE_PARAMETERS = (
    Parameter("width", "Pixels in a row.", is_required=True, maximum=65535, usual=256),
    Parameter("height", "Rows of pixels.", is_required=True, maximum=65535, usual=256),
    Parameter(
        "pixel_format",
        "Which colours a pixel has, and in which order.",
        minimum=0,
        maximum=2,
        usual="@PixelFormat::RGB",
        default="@PixelFormat::RGB",
        choices={
            "@PixelFormat::RGB": "Three bytes per pixel: red, green, blue. The default.",
            "@PixelFormat::BGR": "Three bytes per pixel: blue, green, red.",
            "@PixelFormat::GrayScale": "One byte per pixel: its brightness.",
        },
    ),
    SOURCE,
)
PICTURE_OPTION = InputOption(("--image", "--img"), "A picture for an IMAGE capability.", example="picture.png")
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp")
PICTURE_EXAMPLES = ("gradient", "checkers", "black")
CAMERA = Sensor("camera", "camera")
_PIXELS = ("RGB: red, green, blue", "BGR: blue, green, red", "grey, one value for each pixel")


def picture_output(element: ElementType) -> Callable[[Parameters], TensorType]:
    """The output type, in the order in which the stock runtimes have the sides."""

    def output(parameters: Parameters) -> TensorType:
        return TensorType(element, (1, int(parameters["width"]), int(parameters["height"]), _channels(parameters)))

    return output


def picture_array(element: ElementType) -> Callable[[Parameters], TensorType]:
    """The type of the array, rows first, as programs have pictures."""

    def array(parameters: Parameters) -> TensorType:
        return TensorType(element, (1, int(parameters["height"]), int(parameters["width"]), _channels(parameters)))

    return array


def describe_picture(parameters: Parameters) -> str:
    """Says the size of a picture, and the order of its numbers."""
    pixels = _PIXELS[int(parameters.get("pixel_format", 0)) % len(_PIXELS)]
    size = f"{parameters.get('width', '?')} x {parameters.get('height', '?')} pixels"
    return f"a picture of {size}, row by row from the top left, {pixels}"


def missing_side(name: str, parameters: Parameters, declared_type: TensorType) -> int | None:
    """The width or height that the declared type has."""
    if len(declared_type.dimensions) != 4 or declared_type.dimensions[::3] != (1, _channels(parameters)):
        return None
    return {"width": declared_type.dimensions[1], "height": declared_type.dimensions[2]}.get(name)


def _channels(parameters: Parameters) -> int:
    return 1 if parameters.get("pixel_format") == PixelFormat.GRAYSCALE else 3


IMAGE = Capability(
    name="IMAGE",
    number=4,
    graph_type="image",
    summary="A picture from a camera or a file.",
    parameters=PICTURE_PARAMETERS,
    element=ElementType.U8,
    output=picture_output(ElementType.U8),
    array=picture_array(ElementType.U8),
    formula="width * height * channels bytes",
    generate=noise,
    describe=lambda parameters, _: describe_picture(parameters),
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
    zune_package="image_input",
)
