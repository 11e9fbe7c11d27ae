"""Turns the pixels of a picture as its EXIF says, so that it is upright without EXIF. Needs Pillow, so it is imported
when a picture has to be turned.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, JpegImagePlugin

from rune.datasets.content.content import BadContent

_METHODS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition for each orientation in EXIF."""
_DEEP = 16
"""Bits of a channel; Pillow decodes 8 of colours."""


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Returns a picture as EXIF of this orientation shows it."""
    method = _METHODS.get(orientation)
    return image if method is None else image.transpose(method)


def upright_file(data: bytes, orientation: int) -> bytes:
    """Returns a PNG or JPEG file of the turned pixels. A JPEG is compressed as it was before. Raises `BadContent`."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.format == "PNG" and data[24] == _DEEP and image.mode in ("RGB", "RGBA"):
                raise BadContent(
                    "The picture has 16 bits a channel, and its EXIF turns it. Save it upright, or with 8 bits, and "
                    "send it again."
                )
            options = _jpeg_options(image) if isinstance(image, JpegImagePlugin.JpegImageFile) else {}
            target = io.BytesIO()
            turned(image, orientation).save(target, image.format, **options)
    except BadContent:
        raise
    except (OSError, SyntaxError, ValueError, TypeError, Image.DecompressionBombError) as error:
        raise BadContent("The picture is damaged: it cannot be turned as its EXIF says.") from error
    return target.getvalue()


def _jpeg_options(image: JpegImagePlugin.JpegImageFile) -> dict[str, Any]:
    """Returns the settings by which a JPEG file loses least when it is compressed again: its own tables."""
    sampling = JpegImagePlugin.get_sampling(image)
    return {"qtables": image.quantization, **({} if sampling < 0 else {"subsampling": sampling})}
