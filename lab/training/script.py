"""A run as a script of plain Keras: the network and the loop as they are here, with the settings of the run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from pprint import pformat
from typing import Any

from lab.environments.making import locked_packages
from lab.recipes.arguments import function_arguments
from lab.refusal import Reason, Refused
from lab.training.compression.teacher import Teacher
from lab.training.settings import ENVIRONMENT, LOOP_SOURCES, STARTING_SOURCE, RunSettings
from lab.training.start import LEARNED_LAYERS, StartModel

SCRIPT = "train.py"
FEATURES = "features.npz"
REQUIREMENTS = "requirements.txt"
TEACHER = "teacher.float.tflite"
_REQUIRED_PACKAGES = ("keras", "numpy", "tensorflow-cpu")
_WIDTH = 110

_HEAD = '''\
"""Trains the model of a project, as `rune train` does: on the same machine its curves are those of the run, bit for
bit. Another processor may add numbers in another order, and gives other curves.

    python -m pip install -r requirements.txt
    python train.py

It reads {features}, which the blocks of the rune computed, and writes model.keras and curves.json. A model that you
changed becomes one for devices by `rune convert model.keras --quantize int8 --samples ... -o model.tflite`.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Where numbers are added in another order, the curves are others.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
'''
_MAIN = """\
def main() -> None:
    folder = Path(__file__).resolve().parent
    with np.load(folder / "{features}", allow_pickle=False) as arrays:
        inputs, labels, splits = (arrays[name] for name in ("inputs", "labels", "splits"))
    set_threads(SETTINGS.batch * inputs[0].size)
    train, validation = (WindowSet(inputs[splits == split], labels[splits == split]) for split in range(2))
    progress = Progress(new_learner(lambda: {network}, SETTINGS, train))

    def after_epoch() -> None:
        row = progress.curves[-1]
        print(
            f"Epoch {{row['epoch']:.0f}}: loss {{row['loss']:.4f}}; on the validation split "
            f"loss {{row['validation_loss']:.4f}}, {measure} {{row['validation_accuracy']:.1%}}"
        )

    fit(
        train,
        validation,
        SETTINGS,
        partial(SETTINGS.objective.augmented, partial(augmented, **AUGMENTATION)),
        progress,
        after_epoch,{teacher}
    )
    progress.model.set_weights(progress.best_weights)
    share = loss_and_accuracy(progress.learner, validation, SETTINGS)[1]
    print(f"Used epoch {{progress.best_epoch}}; {measure} on windows of the validation split {{share:.1%}}")
    progress.model.save(folder / "model.keras")
    (folder / "curves.json").write_text(json.dumps(progress.curves, indent=1) + "\\n")


if __name__ == "__main__":
    main()
"""


def script_files(
    settings: RunSettings, teacher: Teacher | None = None, start: StartModel | None = None
) -> Mapping[str, bytes]:
    """The script of a run, its requirements, and its teacher and its start where there are such. The features are
    written beside them.

    Raises `Refused` for a recipe that trains no network.
    """
    if settings.recipe.estimator is not None:
        message = f"The recipe {settings.recipe.name} trains no network, so there is no script of plain Keras for it."
        raise Refused(Reason.SETTINGS, message)
    models = {} if teacher is None else {TEACHER: teacher.data}
    models |= {} if start is None else {start.name: start.data}
    return {
        SCRIPT: script_text(settings, "" if start is None else start.name).encode(),
        REQUIREMENTS: _requirements().encode(),
        **models,
    }


def script_text(settings: RunSettings, start: str = "") -> str:
    """The script, which begins with the model file `start` beside it if that is named. It imports nothing of ours."""
    recipe, values = settings.recipe, settings.values
    sources = recipe.network_source, *([STARTING_SOURCE] if start else []), *LOOP_SOURCES
    network, *loop = (_Parts(path.read_text("utf-8")) for path in sources)
    constants = {
        "LABELS": list(settings.labels),
        "NETWORK": function_arguments(values, recipe.network_arguments),
        "AUGMENTATION": function_arguments(values, recipe.augmentation),
    }
    constant_lines = "\n".join(
        f"{name} = {pformat(value, width=_WIDTH, sort_dicts=False)}" for name, value in constants.items()
    )
    numbers = ", ".join(
        f"{name}={values[key]!r}"
        for name, key in (
            ("epochs", "epochs"),
            ("patience", "patience"),
            ("batch", "batch"),
            ("learning_rate", "learning-rate"),
        )
    )
    objective = recipe.task.objective(values)
    numbers += f", objective={objective!r}"
    if values.get("prune"):
        numbers += f", prune={values['prune']!r}"
    if values.get("smoothing"):
        numbers += f", smoothing={values['smoothing']!r}"
    if not values.get("balance", 1):
        numbers += ", is_balanced=False"
    layers = values.get(LEARNED_LAYERS.name, 0)
    further_classes = recipe.task.classes(0)
    classes = f"{further_classes} + len(LABELS)" if further_classes else "len(LABELS)"
    teacher = ""
    if settings.teacher:
        numbers += ", has_teacher=True"
        teacher = f'\n        teacher_of((folder / "{TEACHER}").read_bytes()),'
    imports = _import_lines(each for part in (network, *loop) for each in part.imports)
    return "\n\n".join(
        [
            _HEAD.format(features=FEATURES) + "\n" + imports,
            constant_lines,
            network.body,
            *(part.body for part in loop),
            f"SETTINGS = Settings(seed={settings.seed}, {numbers})",
            "",
            _MAIN.format(
                features=FEATURES,
                measure=objective.title,
                teacher=teacher,
                network=f'starting_network(folder / "{start}", inputs.shape[1:], len(LABELS), None, {layers})'
                if start
                else f"network(inputs.shape[1:], {classes}, None, **NETWORK)",
            ),
        ]
    )


class _Parts:
    """A module's imports, and what follows them."""

    def __init__(self, source: str) -> None:
        lines = source.splitlines()
        nodes = ast.parse(source).body
        self.imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        last = max(node.end_lineno or 0 for node in self.imports)
        self.body = "\n".join(lines[last:]).strip("\n") + "\n"


def _import_lines(imports: Iterable[ast.Import | ast.ImportFrom]) -> str:
    """The imports of several modules but those of our own, each module once."""
    plain: set[str] = set()
    names_by_module: dict[str, set[str]] = {}
    for each in imports:
        names = {ast.unparse(name) for name in each.names}
        if isinstance(each, ast.Import):
            plain |= {f"import {name}" for name in names}
        elif each.module and each.module != "__future__" and not each.module.startswith("lab."):
            names_by_module.setdefault(each.module, set()).update(names)
    froms = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(names_by_module.items())]
    return "\n".join([*sorted(plain), *froms])


def _requirements() -> str:
    versions: Mapping[str, Any] = dict(locked_packages(Path(ENVIRONMENT.lock).read_text("utf-8")))
    return "".join(f"{name}=={versions[name]}\n" for name in _REQUIRED_PACKAGES)
