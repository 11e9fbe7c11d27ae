"""The name of a layer of the source model, as converters leave it in the names of tensors."""

from __future__ import annotations

import re
from typing import Final

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.:-]+")
_LONGEST: Final = 60


def layer_of_tensor(tensor: str) -> str:
    """The folder of the first path: `conv2d_1` for `model/conv2d_1/Relu;model/conv2d_1/BiasAdd`. Empty without one."""
    parts = tensor.partition(";")[0].split("/")
    return parts[-2] if len(parts) > 1 else ""


def plain_layer_name(tensor: str) -> str:
    """The layer of a tensor, or the tensor itself, in characters that may stand in a comment of C; empty for a tensor
    whose name has none."""
    return _NOT_PLAIN.sub("-", layer_of_tensor(tensor) or tensor)[:_LONGEST].strip("-")
