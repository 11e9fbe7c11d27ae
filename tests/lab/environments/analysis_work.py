"""Does all that needs the environment `analysis` and prints what became of it: `python -m
tests.lab.environments.analysis_work`.

The libraries are hidden from this process, as if no extra had installed them, so what works used the environment.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

LIBRARIES = ("ai_edge_quantizer", "cleanlab", "fastparquet", "optuna", "pandas", "scipy", "sklearn", "sqlalchemy")
for _each in LIBRARIES:
    sys.modules[_each] = None  # type: ignore[assignment]  # an import of it fails, and it is not found

from contextlib import closing  # noqa: E402

from lab.child.start import ProcessPool  # noqa: E402
from lab.command.conversion import Request, convert  # noqa: E402
from lab.recipes.arguments import read_arguments  # noqa: E402
from lab.recipes.catalogue import recipe_of  # noqa: E402
from lab.search.candidate import candidate_model  # noqa: E402
from lab.search.devices import SearchDevice, SearchDevices  # noqa: E402
from lab.search.limits import DeviceLimits  # noqa: E402
from lab.search.sampling import draw_in_process, next_candidate  # noqa: E402
from lab.search.space import Space  # noqa: E402
from rune.datasets.content.content import Kind  # noqa: E402
from rune.datasets.convert.parquet import table_of_parquet  # noqa: E402
from rune.datasets.export.layout import ExportedSample  # noqa: E402
from rune.datasets.export.parquet import PARQUET  # noqa: E402
from rune.datasets.likeness.suspects import find_suspects  # noqa: E402


def suspects() -> list[int]:
    """The samples with doubtful labels, of which one is wrong."""
    features = np.random.default_rng(0).normal(0, 1, (120, 8)).astype(np.float32)
    features[::2] += 4
    labels = ["a", "b"] * 60
    labels[6] = "b"
    return [each.index for each in find_suspects(features, labels, [str(number // 12) for number in range(120)])]


def parquet_rows() -> list[list[object]]:
    """The rows of a file that was written and read."""
    sample = ExportedSample(1, "", Kind.MOTION, "csv", "ring", "train", "group-1")
    return [list(row) for row in table_of_parquet(PARQUET.content(sample, b"1,2,3\n4,5,6\n")).rows]


def drawn_candidate() -> dict[str, float]:
    """The arguments of the first candidate of a search."""
    space = Space({"filters": (4, 8, 16)}, ("int8",))
    devices = SearchDevices(SearchDevice("cortex-m4", DeviceLimits()))
    with closing(ProcessPool()) as pool:
        candidate = next_candidate(space, [], [], devices, 1, draw_in_process(pool))
    assert candidate is not None
    return dict(candidate.values)


def quantised_sizes() -> list[int]:
    """The sizes of a float model, of its conversion to int8, and of a candidate in that form."""
    recipe = recipe_of("motion")
    values = read_arguments(recipe.arguments, {}, "motion")
    data, candidate = (candidate_model(recipe, values, 3, form) for form in ("float32", "int8"))
    with TemporaryDirectory() as folder:
        source = Path(folder) / "float.tflite"
        source.write_bytes(data)
        conversion = convert(Request(source, "int8", ("float32", "int8")), lambda _share, _text: None)
    return [len(data), len(conversion.data), len(candidate)]


if __name__ == "__main__":
    work = {
        "suspects": suspects(),
        "parquet": parquet_rows(),
        "candidate": drawn_candidate(),
        "sizes": quantised_sizes(),
        "loaded": sorted({name.partition(".")[0] for name, module in sys.modules.items() if module} & {*LIBRARIES}),
    }
    print(json.dumps(work))
