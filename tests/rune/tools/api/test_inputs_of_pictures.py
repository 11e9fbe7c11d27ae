"""Values that are no picture, for the input of a rune that reads one."""

from __future__ import annotations

from pathlib import Path

import pytest

import rune
from rune.tools.api import InputShape, InputType


def picture_rune(tmp_path: Path) -> rune.Rune:
    (tmp_path / "Runefile.yml").write_text(PICTURE)
    return rune.build(tmp_path).load()


PICTURE = """\
version: 1
image: runicos/base
pipeline:
  face:
    capability: IMAGE
    outputs: [{type: U8, dimensions: [1, 4, 4, 1]}]
    args: {width: 4, height: 4, pixel-format: "@PixelFormat::Grayscale"}
  out:
    out: TENSOR
    inputs: [face]
"""


@pytest.mark.parametrize(
    ("value", "error_class", "message"),
    [
        (
            "x",
            InputType,
            "takes a picture, u8[1, 4, 4, 1], and not text. For a picture in a file, pass pathlib.Path('x')",
        ),
        (5, InputShape, "takes a picture, u8[1, 4, 4, 1], and not one number"),
        (None, InputType, "takes a picture, u8[1, 4, 4, 1], and not objects such as None"),
        ([1, 2, 3], InputShape, "takes a picture, u8[1, 4, 4, 1], and not an array of shape (3,)"),
        ([[1], [1, 2]], InputType, "takes a picture, u8[1, 4, 4, 1], and not a list of lists of several lengths"),
        (b"xy", InputShape, "takes a picture, u8[1, 4, 4, 1], and not an array of shape (2,)"),
        ([256] * 16, InputType, "takes a picture, u8[1, 4, 4, 1], and u8 cannot hold 256"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_the_input_takes(
    value: object, error_class: type[rune.InputError], message: str, tmp_path: Path
) -> None:
    face = picture_rune(tmp_path)
    with pytest.raises(error_class) as error:
        face(value)
    assert message in str(error.value)
    with pytest.raises(error_class) as error:
        face(face=value)
    assert message in str(error.value)
