"""The modules that a process of the torch environment loads while it waits for a step."""

import torch.onnx as torch_onnx

from lab.formats.pt2 import network as network

exporter = torch_onnx.ONNXProgram
