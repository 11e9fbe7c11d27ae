"""The number of examples of a property: a few made-up examples in `make test`, many times as many in `make prove`.

The examples are the same in each run, and a slow one on a busy machine is no failure.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = "FORGE_EXAMPLES"
"""Names how many times as many examples are tried (tests/proof/any_input/test_properties.py)."""


def examples(count: int) -> settings:
    """Tries so many examples."""
    times = int(os.environ.get(TIMES, "1"))
    return settings(
        max_examples=count * times,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
