"""The recipes beside scikit-learn, Keras by hand and emlearn: the same windows, the same splits.

emlearn and its compiler are installed into an environment that is thrown away; nothing of the project depends on it.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.windows import LabelledWindows, digits, exercises
from benchmarks.peers import answer_of, environment_with
from lab.tasks.judging.judged_rune import judge
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.running_rune import rows_of_split
from lab.training.settings import ENVIRONMENT
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.datasets.splits import Split
from rune.devices.emulation.measuring import measured_or_planned
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.policy.sections.training import Training
from rune.statistics.intervals import wilson

TARGET = "cortex-m4"
EMLEARN = ("emlearn==0.23.2", "scikit-learn==1.9.1", "numpy==2.4.6")
COMPILER = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-O2", "-c")
_HERE = Path(__file__).parent
_TREES = {"boosting": 0, "depth": 10, "least": 2, "epochs": 30, "patience": 30}
"""The forest of a recipe, as large as those of the others."""


@dataclass(frozen=True)
class ComparedLearner:
    """The result of one of them: how many windows of the test it recognises, the seconds until it was trained, and
    its flash in bytes, None where it gives nothing for a device."""

    name: str
    right: int
    seconds: float
    flash: int | None = None


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        emlearn = environment_with(folder / "emlearn", *EMLEARN)
        parts = [
            _part(
                "Handwritten digits of scikit-learn, rows of 64 numbers, divided by chance",
                digits(),
                {"table": {}, "table-trees": {}, "table-trees as a forest": _TREES},
                folder / "digits",
                emlearn,
            ),
            _part(
                "Shoulder exercises, windows of three seconds at 50 Hz, tested on three people who were not learned",
                exercises(folder),
                {
                    "motion": {"window": 150, "scale": 1.0, "filters": 24, "blocks": 4},
                    "motion-trees": {"window": 150},
                },
                folder / "exercises",
                emlearn,
            ),
        ]
    head = (
        "Windows of the test split that are recognised, with the 95 % interval (Wilson). The recipes have the "
        "validation split to choose their best epoch by, Keras to stop early, the others do not use it. Seconds are "
        "those of training; with a recipe they have the start of TensorFlow, the features, the quantised rune and its "
        "run on the test split in them. Flash is that of the whole rune on a Cortex-M4, sensors and features included; "
        "of emlearn it is that of the trees alone, as gcc compiles them with -O2. scikit-learn and emlearn read of "
        "each motion what one would write by hand: mean, deviation, least and greatest value of each axis, and the "
        "mean step."
    )
    return "\n\n".join([head, *parts])


def _part(
    title: str,
    windows: LabelledWindows,
    recipes: Mapping[str, Mapping[str, float]],
    folder: Path,
    emlearn: Path | None,
) -> str:
    source = windows.write(folder / "samples")
    learners = [by_recipe(name, arguments, source, folder) for name, arguments in recipes.items()]
    learners += by_scikit_learn(windows)
    learners.append(by_keras(windows, folder))
    if emlearn is not None:
        learners.append(by_emlearn(windows, folder, emlearn))
    count = windows.counts()
    rows = [row(each, count[2]) for each in learners]
    if emlearn is None:
        rows.append(("emlearn", "not installed", "", ""))
    return (
        f"**{title}**: {count[0]:,} to learn from, {count[1]:,} for validation, {count[2]:,} for the test.\n\n"
        + table(["", "recognised", "seconds", "flash"], rows)
    )


def row(learner: ComparedLearner, count: int) -> Sequence[str]:
    share = wilson(learner.right, count)
    flash = "" if learner.flash is None else f"{learner.flash / 1000:.1f} kB"
    share_text = f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
    return (learner.name, share_text, f"{learner.seconds:.1f}", flash)


def by_recipe(name: str, arguments: Mapping[str, float], source: Path, folder: Path) -> ComparedLearner:
    """Trains with the recipe that is the first word of the name; its quantised rune runs on the test split."""
    recipe = name.partition(" ")[0]
    own = folder / name.replace(" ", "-")
    own.mkdir()
    begin = time.perf_counter()
    run = prepare_run(Training(recipe, "samples", arguments=dict(arguments)), source, {})
    result = train(run, RunFolder(own, run.settings.digest), lambda _event: None)
    seconds = time.perf_counter() - begin
    judgement = judge(
        result.judged_rune, run.test, Split.TEST, partial(rows_of_split, report=lambda _share, _text: None)
    )
    right = sum(row[place] for place, row in enumerate(judgement.confusion))
    return ComparedLearner(f"recipe {name}", right, seconds, flash_of(run, result))


def flash_of(run: PreparedRun, result: TrainedModel) -> int:
    """Bytes of flash of the whole rune."""
    files = result.parameters or {run.training.model: result.model}
    project = MemoryFiles({DEFAULT_RUNEFILE: result.runefile.encode(), **files})
    build_result = build(project, BuildOptions("compared", target=find_target(TARGET)))
    return int(measured_or_planned(build_result, "compared")[0].flash)


def by_scikit_learn(windows: LabelledWindows) -> Sequence[ComparedLearner]:
    """A forest of the size that emlearn converts, and boosted trees with their defaults."""
    features = by_hand(windows)
    of_train, of_test = windows.splits == 0, windows.splits == 2
    learners = []
    for name, estimator in (
        ("random forest", RandomForestClassifier(30, max_depth=10, min_samples_leaf=2, random_state=1)),
        ("boosted trees", HistGradientBoostingClassifier(random_state=1)),
    ):
        begin = time.perf_counter()
        estimator.fit(features[of_train], windows.labels[of_train])
        seconds = time.perf_counter() - begin
        right = int((estimator.predict(features[of_test]) == windows.labels[of_test]).sum())
        learners.append(ComparedLearner(f"scikit-learn, {name}", right, seconds))
    return learners


def by_hand(windows: LabelledWindows) -> NDArray[np.float32]:
    """Features f32 [n, m] for trees: rows as they are, and of motion a few statistics of each axis."""
    inputs = windows.inputs
    if inputs.ndim == 2:
        return inputs
    steps = np.abs(np.diff(inputs, axis=1)).mean(axis=1)
    parts = [inputs.mean(axis=1), inputs.std(axis=1), inputs.min(axis=1), inputs.max(axis=1), steps]
    return np.concatenate(parts, axis=1).astype(np.float32)


def by_keras(windows: LabelledWindows, folder: Path) -> ComparedLearner:
    answer = answer_of(
        ENVIRONMENT.python, _HERE / "keras_by_hand.py", folder, _save(windows, windows.inputs, folder / "windows.npz")
    )
    return ComparedLearner("Keras by hand, floats", answer["right"], answer["seconds"])


def by_emlearn(windows: LabelledWindows, folder: Path, python: Path) -> ComparedLearner:
    trees, object_file = folder / "trees.h", folder / "trees.o"
    features = _save(windows, by_hand(windows), folder / "features.npz")
    answer = answer_of(python, _HERE / "emlearn_trees.py", folder, features, trees)
    (include,) = python.parent.parent.glob("lib/python3*/site-packages/emlearn")
    source = folder / "trees.c"
    source.write_text(
        '#include "trees.h"\nint answer(const float *features, int length) '
        "{ return trees_predict(features, length); }\n"
    )
    subprocess.run([*COMPILER, f"-I{include}", "-o", object_file, source], check=True, capture_output=True)
    return ComparedLearner("emlearn, random forest", answer["right"], answer["seconds"], _bytes_of(object_file))


def _bytes_of(object_file: Path) -> int:
    """Bytes of code and constants of an object file."""
    output = subprocess.run(["arm-none-eabi-size", object_file], check=True, capture_output=True, text=True).stdout
    text, data = output.splitlines()[1].split()[:2]
    return int(text) + int(data)


def _save(windows: LabelledWindows, inputs: NDArray[np.float32], path: Path) -> Path:
    np.savez(path, inputs=inputs, labels=windows.labels, splits=windows.splits)
    return path
