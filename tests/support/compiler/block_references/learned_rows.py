"""Rows of numbers that a block learns from, and checks of them that all references share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.compiler.block_references.case import Array, Fails


def ordered_sum(numbers: Array) -> float:
    """Adds the numbers from the first to the last."""
    return float(np.cumsum(numbers)[-1])


def columns(rows: Array) -> tuple[Array, Array]:
    """The sums of the columns are the last of running sums."""
    means = np.cumsum(rows, axis=0)[-1] / len(rows)
    return means, np.sqrt(np.cumsum((rows - means) ** 2, axis=0)[-1] / len(rows))


def check_rows(block: str, inputs: Sequence[Array]) -> None:
    rows, targets, queries = inputs
    for which, values in (("to learn from", rows), ("targets", targets), ("to predict", queries)):
        for place in np.argwhere(~np.isfinite(values)):
            if which == "targets":
                raise Fails(f"{block}: the target of row {place[0]} is not a finite number")
            raise Fails(f"{block}: feature {place[1]} of row {place[0]} {which} is not a finite number")


def check_decided(block: str, values: Array) -> None:
    for row in np.flatnonzero(np.isnan(values)):
        raise Fails(f"{block}: row {row} to predict is too far from the others to be computed")
