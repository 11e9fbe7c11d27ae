"""Packs a few small exports as test data, with what the reference kernels answer.

`python -m tests.support.models.architectures.keep FOLDER`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.models.architectures.files import MODEL, place
from tests.support.models.model_cases import ARCHITECTURES
from tests.support.models.reference.make_models import with_answers
from tests.support.packed import write_packed

STORED_EXPORTS = (
    ("attention_gelu", "int8"),
    ("bc_resnet", "int8"),
    ("conv_1d", "int16x8"),
    ("convnext", "int8"),
    ("deeplab", "int16x8"),
    ("squeeze_and_excitation", "int8"),
    ("ssd", "int8"),
    ("svdf", "int8"),
    ("tiny_conv", "dynamic_range"),
    ("wavenet", "int8"),
)
"""One form of each kind of architecture whose file is small. Recurrent ones are in `make_keras_models`."""


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0])
    files: dict[str, bytes] = {}
    for name, form in STORED_EXPORTS:
        files |= with_answers(f"{name}_{form}", place(folder, name, form, MODEL).read_bytes())
    write_packed(ARCHITECTURES, files)
    print(f"{ARCHITECTURES}: {ARCHITECTURES.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
