"""A device for the runner of MLPerf Tiny: its serial protocol, its benchmarks, and the machines that infer.

The protocol is that of `benchmark/runner` of MLCommons' repository `tiny`. Figures that come so are unverified, and no
MLPerf results.
"""

from __future__ import annotations

UNVERIFIED_NOTE = "unverified, not an MLPerf result"
"""The note beside each figure."""
