"""Pictures of one size resized to another: the page must give the server's very bytes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rune.running.runtime.inputs.images import resize

SIZES = ((57, 41, 28, 28), (20, 9, 33, 31), (64, 64, 64, 10))


def pattern(width: int, height: int) -> NDArray[np.uint8]:
    """u8 [height, width, 3]: (37 x + 101 y + 59 channel + x y) modulo 256."""
    y, x, channel = np.indices((height, width, 3))
    pixels: NDArray[np.uint8] = ((37 * x + 101 * y + 59 * channel + x * y) % 256).astype(np.uint8)
    return pixels


def pictures() -> list[Mapping[str, object]]:
    """The pattern from one size to another, as bytes."""
    return [
        {"from": [width, height], "to": [to_width, to_height], "pixels": base64.b64encode(resized).decode()}
        for width, height, to_width, to_height in SIZES
        for resized in [resize(pattern(width, height), to_width, to_height).tobytes()]
    ]


def document() -> str:
    """Returns the text of the file `pictures.json`."""
    return json.dumps({"pictures": pictures()}, indent=1) + "\n"
