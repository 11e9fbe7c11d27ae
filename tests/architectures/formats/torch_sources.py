"""Writes the networks of PyTorch as ONNX files with weights of their seeds, as its own exporter does:
`PYTHON -m tests.architectures.formats.torch_sources [NAME...]`.

PYTHON has torch 2.13, onnx and onnxscript. The files are kept with the tests.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence

import onnx
import torch
from torch import nn

from tests.architectures.formats.chosen import CHOSEN, SOURCES, source_of
from tests.architectures.formats.networks import networks


def main(arguments: Sequence[str]) -> int:
    SOURCES.mkdir(exist_ok=True)
    for name in arguments or CHOSEN:
        torch.manual_seed(zlib.crc32(name.encode()))
        network, value = networks()[name]
        network.eval()
        with torch.no_grad():
            for part in network.modules():  # as after training, and not the neutral numbers of a new layer
                if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                    part.running_mean.normal_(0, 0.2), part.running_var.uniform_(0.5, 2), part.weight.uniform_(0.7, 1.3)
        path = source_of(SOURCES, name, "onnx")
        torch.onnx.export(network, (value,), path, external_data=False, input_names=["x"], verbose=False)
        model = onnx.load(path)
        for one in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
            del one.metadata_props[:]  # the places in the source where each operator was written
        path.write_bytes(model.SerializeToString())
        print(name, f"{path.stat().st_size:,} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
