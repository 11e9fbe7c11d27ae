"""Writes the networks of PyTorch with weights of their seeds.

`PYTHON -m tests.support.models.architectures.formats.torch_sources` writes them as ONNX files, as its own exporter
does, which are kept with the tests; with `--pt2 FOLDER` as programs in a folder. Names of networks may follow.

Run with the Python of the torch environment.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from torch import nn

from tests.support.models.architectures.formats.chosen import CHOSEN, SOURCES, source_of
from tests.support.models.architectures.formats.networks import networks


def main(arguments: Sequence[str]) -> int:
    folder = None
    if arguments[:1] == ["--pt2"]:
        folder, arguments = Path(arguments[1]), arguments[2:]
    SOURCES.mkdir(exist_ok=True)
    for name in arguments or CHOSEN:
        torch.manual_seed(zlib.crc32(name.encode()))
        network, value = networks()[name]
        network.eval()
        with torch.no_grad():
            for part in network.modules():  # as after training, and not the neutral numbers of a new layer
                if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                    part.running_mean.normal_(0, 0.2), part.running_var.uniform_(0.5, 2), part.weight.uniform_(0.7, 1.3)
        if folder is None:
            path = source_of(SOURCES, name, "onnx")
            _write_onnx(network, value, path)
        else:
            path = source_of(folder, name, "pt2")
            torch.export.save(torch.export.export(network, (value,)), path)
        print(name, f"{path.stat().st_size:,} bytes", flush=True)
    return 0


def _write_onnx(network: nn.Module, value: torch.Tensor, path: Path) -> None:
    torch.onnx.export(network, (value,), path, external_data=False, input_names=["x"], verbose=False)
    model = onnx.load(path)
    for one in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del one.metadata_props[:]  # the places in the source where each operator was written
    path.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
