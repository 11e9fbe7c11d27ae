"""The model's input from a sound: the features of the project's own blocks, bit for bit those of the rune.

The blocks' C is compiled for this machine and called here. No arithmetic of its own.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rune.compiler import kernels
from rune.compiler.blocks.fft import BLOCK as FFT
from rune.compiler.blocks.noise_filtering import BLOCK as NOISE_FILTERING
from rune.compiler.blocks.signature import Block, BlockCode
from rune.tensor import ElementType, TensorType

WINDOW = 16_000
COUNT = 1_960

_SOURCE = """
#include "fft.h"
#include "noise_filtering.h"
void spectrum(const int16_t *sound, uint32_t *out, void *scratch, const void *starts, const void *window,
              const void *twiddles, const void *rows, const void *weights, int32_t a, int32_t b, int32_t c, int32_t d) {
    rune_fft(sound, out, scratch, starts, window, twiddles, rows, weights, a, b, c, d);
}
void clean(const uint32_t *in, int8_t *out, void *scratch, const void *gains, int32_t a, int32_t b, int32_t c,
           int32_t d, int32_t e, int32_t f) {
    rune_noise_filtering_fresh(in, out, scratch, gains, a, b, c, d, e, f);
}
"""


class Features:
    """fft and noise_filtering (fresh: 1) over windows of one second."""

    def __init__(self) -> None:
        self._fft = _code(FFT, TensorType(ElementType.I16, (WINDOW,)))
        self._noise = _code(NOISE_FILTERING, TensorType(ElementType.U32, (1, COUNT)), fresh=1)
        self._library = _compiled()
        self._spectrum = np.zeros(COUNT, np.uint32)
        self._scratch = np.zeros(max(self._fft.scratch_size, self._noise.scratch_size) // 8 + 1, np.float64)

    def of(self, window: NDArray[np.int16]) -> NDArray[np.int8]:
        """The 1,960 features of 16,000 samples."""
        sound = np.ascontiguousarray(window, np.int16)
        if sound.shape != (WINDOW,):
            raise ValueError(f"a window has {WINDOW} samples and not {sound.shape}")
        features = np.zeros(COUNT, np.int8)
        scratch, spectrum = _address(self._scratch), _address(self._spectrum)
        self._library.spectrum(_address(sound), spectrum, scratch, *self._fft.constants, *self._fft.numbers)
        self._library.clean(spectrum, _address(features), scratch, *self._noise.constants, *self._noise.numbers)
        return features


def _code(block: Block, input_type: TensorType, **overrides: int) -> BlockCode:
    arguments = {a.name: overrides.get(a.name, a.default) for a in block.arguments}
    return block.code((input_type,), arguments)


def _address(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _compiled() -> ctypes.CDLL:
    kernel_folder = Path(next(iter(kernels.__path__))) / "common"
    folders = [kernel_folder, FFT.header.parent, NOISE_FILTERING.header.parent]
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "features.c", Path(folder) / "features.so"
        source.write_text(_SOURCE, encoding="ascii")
        flags = ["-shared", "-fPIC", "-O2", "-ffreestanding", "-ffp-contract=off", "-fno-math-errno"]
        includes = [f"-I{path}" for path in folders]
        subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", *flags, *includes, str(source), "-o", str(library)], check=True
        )
        return ctypes.CDLL(str(library))
