"""Writes `library_signals.json`: what SciPy itself makes of one signal, for the blocks that say that they are like it.

Run `python -m tests.support.compiler.block_references.make_library_signals` in an environment of its own with
scipy==1.17.1 and numpy==2.4.6.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.compiler.block_references.motion import WALK

PATH = Path(__file__).parent / "library_signals.json"


def _list(values: Any) -> list[Any]:
    return [float(f"{value:.12g}") for value in np.asarray(values).reshape(-1)]


def main() -> None:
    from scipy import signal, stats  # type: ignore[import-not-found,import-untyped,unused-ignore]

    x = WALK[:, 0].astype(np.float64)
    library: dict[str, Any] = {}
    for kind, order, cutoff in (("lowpass", 2, 5.0), ("highpass", 3, 0.5), ("lowpass", 8, 12.0), ("highpass", 1, 3.0)):
        sections = signal.butter(order, cutoff, kind, fs=60.0, output="sos")
        start = signal.sosfilt_zi(sections) * x[0]
        library[f"iir {kind} {order} {cutoff}"] = _list(signal.sosfilt(sections, x, zi=start)[0])
    b, a = signal.iirnotch(10.0, 5.0, 60.0)
    library["iir notch 2 10.0"] = _list(signal.lfilter(b, a, x, zi=signal.lfilter_zi(b, a) * x[0])[0])
    for kind, edges in (("lowpass", [5.0]), ("highpass", [5.0]), ("bandpass", [5.0, 12.0])):
        library[f"taps {kind}"] = _list(signal.firwin(31, edges, pass_zero=kind, fs=60.0))
    library["detrend constant"] = _list(signal.detrend(x, type="constant"))
    library["detrend linear"] = _list(signal.detrend(x))
    library["resample 3 2"] = _list(signal.resample_poly(x, 3, 2))
    library["resample 1 3"] = _list(signal.resample_poly(x, 1, 3))
    _, power = signal.periodogram(x - x.mean(), 60.0, "hann", 64, detrend=False)
    library["features"] = _list([x.std(), stats.skew(x), stats.kurtosis(x), power.max(), power[:22].sum() * 60.0 / 64])
    lines = [f'  "{name}": {json.dumps(values)}' for name, values in library.items()]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
