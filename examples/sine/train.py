"""Learns the sine by the recipe `regression` and measures the rune. See README.md for what it needs.

python examples/sine/train.py --cache /tmp/sine
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime

HERE = Path(__file__).parent
SEED = 3
TURN = 2 * math.pi
TABLES = {"train": (20, 1_000), "validation": (5, 200), "test": (5, 400)}
"""How many tables a split has, and the rows of each."""
FORGE = f"""\
training:
  recipe: regression
  data: samples
  model: sine.tflite
  quantize: float32
  seed: {SEED}
  arguments:
    layers: 4
    units: 16
    noise: 0
    dropout: 0
    batch: 32
    epochs: 200
    patience: 200
    learning-rate: 0.003
"""


def write_samples(folder: Path) -> None:
    """Writes tables of numbers between minus and plus one turn and their sines, below folders of the splits."""
    rng = np.random.default_rng(SEED)
    for split, (tables, rows) in TABLES.items():
        (folder / split).mkdir(parents=True)
        for place in range(tables):
            lines = [f"{number:.6f},{math.sin(number):.6f}\n" for number in rng.uniform(-TURN, TURN, rows)]
            (folder / split / f"{place:02}.csv").write_text("number,sine\n" + "".join(lines), encoding="utf-8")


def runefile_of(recipe_runefile: str) -> str:
    """The template's Runefile, with the scales that the recipe computed: in front of the model and behind it."""
    runefile = (HERE / "Runefile.yml").read_text(encoding="utf-8")
    for name in ("mean", "deviation", "factor", "offset"):
        argument = re.compile(rf"^      {name}: .+$", re.M)
        (line,) = argument.findall(recipe_runefile)
        runefile, count = argument.subn(line, runefile)
        if count != 1:
            raise ValueError(f"the Runefile must have one argument `{name}`; it has {count}")
    return runefile


def measure(runefile: str, model: bytes) -> dict[str, object]:
    """Measures how far the rune is from the sine on 2,001 numbers from minus to plus one turn."""
    project = MemoryFiles({"Runefile.yml": runefile.encode(), "sine.tflite": model})
    rune = Runtime.load(build(project, BuildOptions("sine")).rune)
    (source,) = rune.capabilities
    errors = []
    for number in np.linspace(-TURN, TURN, 2_001, dtype=np.float32):
        (message,) = rune.call({source.id: number.tobytes()})
        errors.append(abs(float(message.tensors[0].elements[0]) - math.sin(number)))
    return {
        "model_bytes": len(model),
        "error": {"largest": round(max(errors), 3), "average": round(float(np.mean(errors)), 4)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the sine model by its recipe and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 1 MB")
    parser.add_argument("--out", type=Path, default=HERE, help="where sine.tflite, Runefile.yml and quality.json go")
    options = parser.parse_args()
    project = options.cache / "sine"
    if not project.exists():
        write_samples(project / "samples")
    (project / "forge.yml").write_text(FORGE, encoding="utf-8")
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project), "--runefile"], check=True)

    model = (project / "sine.tflite").read_bytes()
    runefile = runefile_of((project / "Runefile.yml").read_text(encoding="utf-8"))
    quality = measure(runefile, model)
    (options.out / "sine.tflite").write_bytes(model)
    (options.out / "Runefile.yml").write_text(runefile, encoding="utf-8")
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
