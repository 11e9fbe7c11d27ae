"""Writes the networks of `make_onnx` as programs of PyTorch into a folder, with the answers that it gave:
`PYTHON -m tests.lab.models.make_pt2 FOLDER`. One of them, without the places in its source, is `network.pt2`.

Run with the Python of the torch environment.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tests.lab.models.make_onnx import networks

NETWORK = "keywords"
"""The network that is kept with the tests."""


class Open(nn.Module):  # type: ignore[misc]
    """A network whose batch and length are open, and which writes to a value in place."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv1d(6, 8, 3, padding=1), nn.Linear(8, 3)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        inner = nn.functional.relu_(self.first(value)).transpose(1, 2)
        return self.second(inner.reshape(-1, 8)).reshape(value.shape[0], value.shape[2], 3).mean(1)


def main(folder: Path) -> None:
    torch.manual_seed(5)
    answers = {}
    for name, (network, value) in networks().items():
        network.eval()
        torch.export.save(torch.export.export(network, (value,)), folder / f"{name}.pt2")
        numbers = torch.randn(value.shape) if value.is_floating_point() else torch.randint(0, 40, value.shape)
        with torch.no_grad():
            answers[f"{name}_in"], answers[f"{name}_out"] = numbers.numpy(), network(numbers).numpy()
    np.savez(folder / "answers.npz", **answers)
    dimensions = {"value": {0: torch.export.Dim("batch"), 2: torch.export.Dim("length")}}
    program = torch.export.export(Open().eval(), (torch.zeros(2, 6, 20),), dynamic_shapes=dimensions)
    torch.export.save(program, folder / "open.pt2")
    write_without_places(folder / f"{NETWORK}.pt2", folder / "network.pt2")


def write_without_places(source: Path, target: Path) -> None:
    """Writes an archive without the lines of code that each operator comes from: they name paths of a machine."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("models/model.json"):
                graph = json.loads(data)
                for node in graph["graph_module"]["graph"]["nodes"]:
                    node["metadata"] = {}
                data = json.dumps(graph).encode()
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
