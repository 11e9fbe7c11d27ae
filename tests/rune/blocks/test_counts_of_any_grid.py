"""The block count_on_grid on grids by chance: its C gives what the reference in NumPy gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rune.blocks.catalogue import CATALOGUE
from rune.tensor import ElementType, TensorType
from tests.support.compiler.block_module import BlockModule, Vector
from tests.support.compiler.block_references.detections import count_on_grid

_HOSTILE = np.array([np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, -0.0], np.float32)


def _grid(random: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Scores with many ties, some of them hostile."""
    shape = (1, *random.integers(1, 9, 2), random.integers(2, 5))
    scores = (random.integers(0, 5, shape) / 4).astype(np.float32)
    return np.where(random.random(shape) < 0.05, random.choice(_HOSTILE, shape), scores)


def test_any_grid_is_counted_as_the_reference_counts_it(tmp_path: Path) -> None:
    random = np.random.default_rng(33)
    grids = [_grid(random) for _ in range(120)]
    vectors = [
        Vector(
            CATALOGUE["count_on_grid"],
            f"grid {number}",
            {
                "threshold": float(random.choice([-1, 0, 0.25, 0.7])),
                "most": int(random.choice([1, 3, 64])),
                "names": "",
            },
            ((TensorType(ElementType.F32, tuple(map(int, grid.shape))), grid.ravel().tolist()),),
            (),
            None,
        )
        for number, grid in enumerate(grids)
    ]
    module = BlockModule(vectors, tmp_path)
    total = 0
    for grid, vector in zip(grids, vectors, strict=True):
        counts, objects = module.outputs(vector)
        expected, rows = count_on_grid(vector.arguments, [grid])
        assert counts.elements == expected.tolist(), vector.name
        assert objects.type.dimensions == rows.shape, vector.name
        assert objects.elements == rows.ravel().tolist(), vector.name
        total += sum(expected.tolist())
    assert total > 300
