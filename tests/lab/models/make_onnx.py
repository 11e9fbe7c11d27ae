"""Writes small networks of PyTorch as its own exporter writes them: `PYTHON make_onnx.py [FOLDER]`.

PYTHON has torch 2.13, onnx and onnxscript. Weights are seeded. Beside the files it writes what PyTorch
answers to an input of each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

FOLDER = Path(__file__).resolve().parent / "onnx"


class Separable(nn.Sequential):  # type: ignore[misc]
    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU6(),
            nn.Conv2d(channels, channels, 1),
            nn.Hardswish(),
        )


class OnnxResidual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(channels, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)
        self.normal = nn.BatchNorm2d(channels)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return torch.relu(value + self.two(torch.relu(self.normal(self.one(value)))))


class Unet(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.down, self.middle = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.last = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 2, 1)
        self.larger = nn.Upsample(scale_factor=2, mode="bilinear")

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        one = torch.relu(self.down(value))
        two = torch.relu(self.middle(torch.max_pool2d(one, 2)))
        both = torch.cat([one, self.up(two)], 1)
        return self.larger(torch.sigmoid(self.last(both)))


class Recurrent(nn.Module):  # type: ignore[misc]
    def __init__(self, kind: type[nn.Module], **options: bool) -> None:
        super().__init__()
        self.layer = kind(6, 5, batch_first=True, **options)
        self.dense = nn.Linear(10 if options.get("bidirectional") else 5, 3)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.dense(self.layer(value)[0][:, -1]), -1)


class Attention(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.out = nn.LayerNorm(8), nn.Linear(8, 3)
        self.qkv = nn.Linear(8, 24)
        self.wide, self.narrow = nn.Linear(8, 16), nn.Linear(16, 8)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(self.norm(value)).reshape(1, 10, 3, 2, 4).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-2, -1) * 0.5, -1)
        value = value + (weights @ v).transpose(1, 2).reshape(1, 10, 8)
        value = value + self.narrow(nn.functional.gelu(self.wide(value), approximate="tanh"))
        return self.out(value.mean(1))


class OnnxWords(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.table, self.dense = nn.Embedding(40, 6), nn.Linear(6, 2)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return self.dense(self.table(value).mean(1))


class Temporal(nn.Module):  # type: ignore[misc]
    """A dilated network over time, whose padding is before the first number alone."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(6 if not place else 8, 8, 3, dilation=2**place) for place in range(3))
        self.dense = nn.Linear(8, 3)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        for place, layer in enumerate(self.layers):
            value = nn.functional.leaky_relu(layer(nn.functional.pad(value, (2 * 2**place, 0))))
        return self.dense(value[:, :, -1])


def networks() -> dict[str, tuple[nn.Module, torch.Tensor]]:
    """Each network with an input."""
    picture, series = torch.zeros(1, 3, 16, 16), torch.zeros(1, 6, 32)
    return {
        "dense": (
            nn.Sequential(nn.Linear(10, 16), nn.ELU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3)),
            torch.zeros(1, 10),
        ),
        "cnn": (
            nn.Sequential(
                nn.Conv2d(3, 6, 3, 2, 1),
                nn.ReLU(),
                nn.MaxPool2d(3, 2, 1),
                nn.Conv2d(6, 8, 3),
                nn.PReLU(8),
                nn.AvgPool2d(2, 2, ceil_mode=True),
                nn.Flatten(),
                nn.Linear(8, 4),
                nn.LogSoftmax(1),
            ),
            picture,
        ),
        "flat": (
            nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(196, 4)),
            picture,
        ),
        "keywords": (
            nn.Sequential(
                nn.Conv2d(1, 8, (10, 4), 2, (5, 1)),
                nn.ReLU(),
                Separable(8),
                Separable(8, 2),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(8, 4),
                nn.Softmax(1),
            ),
            torch.zeros(1, 1, 49, 10),
        ),
        "resnet": (
            nn.Sequential(
                nn.Conv2d(3, 6, 3, padding=1),
                OnnxResidual(6),
                OnnxResidual(6),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(6, 4),
            ),
            picture,
        ),
        "unet": (Unet(), picture),
        "shuffle": (
            nn.Sequential(
                nn.Conv2d(3, 8, 3, padding=1),
                nn.ChannelShuffle(2),
                nn.Conv2d(8, 8, 3, groups=2),
                nn.SiLU(),
                nn.PixelShuffle(2),
                nn.InstanceNorm2d(2, affine=True),
                nn.Softplus(),
            ),
            picture,
        ),
        "conv_1d": (
            nn.Sequential(
                nn.Conv1d(6, 8, 5, 2, 2),
                nn.BatchNorm1d(8),
                nn.ReLU(),
                nn.MaxPool1d(2),
                nn.Conv1d(8, 8, 3),
                nn.Mish(),
                nn.AdaptiveAvgPool1d(1),
                nn.Flatten(),
                nn.Linear(8, 3),
            ),
            series,
        ),
        "temporal": (Temporal(), series),
        "lstm": (Recurrent(nn.LSTM), torch.zeros(1, 12, 6)),
        "gru": (Recurrent(nn.GRU, bidirectional=True), torch.zeros(1, 12, 6)),
        "attention": (Attention(), torch.zeros(1, 10, 8)),
        "words": (OnnxWords(), torch.zeros(1, 12, dtype=torch.int64)),
    }


def main(folder: Path) -> None:
    torch.manual_seed(5)
    folder.mkdir(exist_ok=True)
    answers = {}
    for name, (network, value) in networks().items():
        network.eval()
        with torch.no_grad():
            for part in network.modules():  # as after training, and not the neutral numbers of a new layer
                if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                    part.running_mean.normal_(), part.running_var.uniform_(0.5, 2), part.weight.uniform_(0.5, 2)
        path = folder / f"{name}.onnx"
        torch.onnx.export(network, (value,), path, external_data=name == "dense", input_names=["x"], verbose=False)
        _without_traces(path)
        numbers = torch.randn(value.shape) if value.is_floating_point() else torch.randint(0, 40, value.shape)
        with torch.no_grad():
            answers[f"{name}_in"], answers[f"{name}_out"] = numbers.numpy(), network(numbers).numpy()
    np.savez(folder / "answers.npz", **answers)


def _without_traces(path: Path) -> None:
    """Takes from a file where in the source each operator was written: paths of the machine that made it."""
    model = onnx.load(path, load_external_data=False)
    for one in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del one.metadata_props[:]
    path.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
