"""The architectures as people write them in PyTorch, narrow enough that their files can be kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import torch
from torch import nn

CLASSES = 6
PICTURE = (1, 3, 32, 32)
READINGS = (1, 16, 6)


class Convolved(nn.Sequential):  # type: ignore[misc]
    """A convolution, its normalisation and its activation."""

    def __init__(
        self,
        channels: tuple[int, int],
        kernel: int = 3,
        stride: int = 1,
        groups: int = 1,
        act: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        convolution = nn.Conv2d(*channels, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(channels[1]), act())


class Excited(nn.Module):  # type: ignore[misc]
    """Squeeze and excitation: each channel times a factor that the means of all give."""

    def __init__(self, channels: int, gate: Callable[[], nn.Module] = nn.Sigmoid) -> None:
        super().__init__()
        self.weights = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 8, 1), nn.ReLU(), nn.Conv2d(8, channels, 1), gate()
        )

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value * self.weights(value)


class Inverted(nn.Module):  # type: ignore[misc]
    """An inverted residual of MobileNet V2, V3 and EfficientNet-Lite."""

    def __init__(
        self,
        channels: tuple[int, int],
        expansion: int,
        stride: int,
        kernel: int = 3,
        act: Callable[[], nn.Module] = nn.ReLU6,
        excites: bool = False,
    ) -> None:
        super().__init__()
        wide = channels[0] * expansion
        self.layers = nn.Sequential(
            Convolved((channels[0], wide), 1, act=act),
            Convolved((wide, wide), kernel, stride, wide, act),
            Excited(wide, nn.Hardsigmoid) if excites else nn.Identity(),
            Convolved((wide, channels[1]), 1, act=nn.Identity),
        )
        self.adds = stride == 1 and channels[0] == channels[1]

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value + self.layers(value) if self.adds else self.layers(value)


class Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: tuple[int, int], stride: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            Convolved(channels, stride=stride), Convolved((channels[1], channels[1]), act=nn.Identity)
        )
        self.beside = nn.Conv2d(*channels, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.beside(value) + self.inner(value))


class UNet(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.downs = nn.ModuleList([Convolved((3, 8)), Convolved((8, 16))])
        self.middle = Convolved((16, 24))
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        self.ups = nn.ModuleList([Convolved((24 + 16, 16)), Convolved((16 + 8, 8))])
        self.last = nn.Conv2d(8, 1, 1)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        beside = []
        for down in self.downs:
            value = down(value)
            beside.append(value)
            value = nn.functional.max_pool2d(value, 2)
        value = self.middle(value)
        for up in self.ups:
            value = up(torch.cat([self.enlarge(value), beside.pop()], 1))
        return torch.sigmoid(self.last(value))


class OverTime(nn.Module):  # type: ignore[misc]
    """A recurrent layer, of whose results the last is classified. `before` makes its rows."""

    def __init__(self, layer: nn.Module, width: int, before: nn.Module | None = None) -> None:
        super().__init__()
        self.before, self.layer, self.dense = before or nn.Identity(), layer, nn.Linear(width, CLASSES)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.dense(self.layer(self.before(value))[0][:, -1]), -1)


class Rows(nn.Module):  # type: ignore[misc]
    """Maps of a convolution as rows over time."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = Convolved((1, 8), stride=2)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        maps = self.convolution(value)
        return maps.permute(0, 2, 3, 1).flatten(2)


class Causal(nn.Module):  # type: ignore[misc]
    """Convolutions over time that see what was before alone."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.one, self.two = (nn.Conv1d(width, width, 3, dilation=dilation) for _ in range(2))
        self.before = (2 * dilation, 0)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        inner = torch.relu(self.one(nn.functional.pad(value, self.before)))
        return torch.relu(value + self.two(nn.functional.pad(inner, self.before)))


class LastStep(nn.Module):  # type: ignore[misc]
    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value[:, :, -1]


class Transformer(nn.Module):  # type: ignore[misc]
    """A block of attention behind numbers, or behind words with their places."""

    def __init__(self, before: nn.Module, rows: int = 0) -> None:
        super().__init__()
        self.before = before
        self.places = nn.Parameter(torch.randn(rows, 16) * 0.1) if rows else None
        self.block = nn.TransformerEncoderLayer(16, 2, 32, 0.0, nn.functional.gelu, batch_first=True)
        self.dense = nn.Linear(16, CLASSES)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        value = self.before(value)
        if self.places is not None:
            value = value + self.places
        return torch.softmax(self.dense(self.block(value).mean(1)), -1)


def _classified(*layers: nn.Module, channels: int) -> nn.Module:
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES), nn.Softmax(1))


def _separable(channels: tuple[int, int], stride: int = 1) -> nn.Module:
    return nn.Sequential(Convolved((channels[0], channels[0]), 3, stride, channels[0]), Convolved(channels, 1))


def _mobilenet() -> nn.Module:
    widths = [(8, 8, 1), (8, 16, 2), (16, 16, 1), (16, 24, 2), (24, 24, 1), (24, 32, 2), *[(32, 32, 1)] * 5]
    layers = [_separable((before, after), stride) for before, after, stride in widths]
    return _classified(Convolved((3, 8), stride=2), *layers, _separable((32, 64), 2), _separable((64, 64)), channels=64)


def _mobilenet_v2() -> nn.Module:
    widths = [(8, 8, 1, 1), (8, 12, 6, 2), (12, 12, 6, 1), (12, 16, 6, 2), *[(16, 16, 6, 1)] * 2, (16, 24, 6, 1)]
    layers = [Inverted((before, after), expansion, stride) for before, after, expansion, stride in widths]
    last = Convolved((24, 64), 1, act=nn.ReLU6)
    return _classified(Convolved((3, 8), stride=2, act=nn.ReLU6), *layers, last, channels=64)


def _mobilenet_v3() -> nn.Module:
    layers = [
        Inverted((8, 8), 1, 2, act=nn.ReLU, excites=True),
        Inverted((8, 12), 4, 2, act=nn.ReLU),
        Inverted((12, 12), 4, 1, act=nn.ReLU),
        Inverted((12, 16), 4, 2, 5, nn.Hardswish, excites=True),
        Inverted((16, 16), 6, 1, 5, nn.Hardswish, excites=True),
    ]
    last = Convolved((16, 64), 1, act=nn.Hardswish)
    return _classified(Convolved((3, 8), stride=2, act=nn.Hardswish), *layers, last, channels=64)


def _efficientnet_lite() -> nn.Module:
    widths = [(8, 8, 1, 1, 3), (8, 12, 6, 2, 3), (12, 12, 6, 1, 3), (12, 16, 6, 2, 5), (16, 16, 6, 1, 5)]
    layers = [Inverted((before, after), wide, stride, kernel) for before, after, wide, stride, kernel in widths]
    last = Convolved((16, 64), 1, act=nn.ReLU6)
    return _classified(Convolved((3, 8), stride=2, act=nn.ReLU6), *layers, last, channels=64)


def _ds_cnn() -> nn.Module:
    first = nn.Sequential(nn.Conv2d(1, 32, (10, 4), 2, (5, 1)), nn.BatchNorm2d(32), nn.ReLU())
    return _classified(first, *(_separable((32, 32)) for _ in range(4)), channels=32)


def _lenet() -> nn.Module:
    before = [
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
    ]
    after = [nn.Linear(400, 32), nn.Tanh(), nn.Linear(32, 24), nn.Tanh(), nn.Linear(24, CLASSES), nn.Softmax(1)]
    return nn.Sequential(*before, nn.Flatten(), *after)


def _conv_1d() -> nn.Module:
    first = [nn.Conv1d(6, 16, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(16, 24, 3), nn.ReLU(), nn.MaxPool1d(2)]
    return nn.Sequential(*first, nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(24, CLASSES), nn.Softmax(1))


def _autoencoder() -> nn.Module:
    widths = [128, 32, 32, 8, 32, 32]
    pairs = itertools.pairwise(widths)
    layers = [part for a, b in pairs for part in (nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(32, 128))


def _conv_autoencoder() -> nn.Module:
    down = [nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 8, 3, 2, 1), nn.ReLU()]
    up = [nn.ConvTranspose2d(8, 8, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(8, 16, 3, 2, 1, 1), nn.ReLU()]
    return nn.Sequential(*down, *up, nn.Conv2d(16, 1, 3, padding=1), nn.Sigmoid())


def _resnet() -> nn.Module:
    layers = [Residual((8, 8), 1), Residual((8, 16), 2), Residual((16, 32), 2)]
    return _classified(Convolved((3, 8)), *layers, channels=32)


def _squeeze_and_excitation() -> nn.Module:
    first = Convolved((3, 16), stride=2, act=nn.SiLU)
    layers = [_separable((16, 24), 2), Excited(24), _separable((24, 32), 2), Excited(32)]
    return _classified(first, *layers, channels=32)


def _tcn() -> nn.Module:
    layers = [Causal(12, dilation) for dilation in (1, 2, 4)]
    return nn.Sequential(nn.Conv1d(6, 12, 1), *layers, LastStep(), nn.Linear(12, CLASSES), nn.Softmax(1))


def _mlp() -> nn.Module:
    first = [nn.BatchNorm1d(24), nn.Linear(24, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 16), nn.ReLU()]
    return nn.Sequential(*first, nn.Linear(16, CLASSES), nn.Softmax(1))


def _lstm(*, both_ways: bool = False) -> nn.Module:
    return OverTime(nn.LSTM(6, 12, batch_first=True, bidirectional=both_ways), 24 if both_ways else 12)


def networks() -> Mapping[str, tuple[nn.Module, torch.Tensor]]:
    """Each network with an input, by the name of its architecture."""
    words = torch.zeros(1, 12, dtype=torch.int64)
    return {
        "mlp": (_mlp(), torch.zeros(1, 24)),
        "conv_1d": (_conv_1d(), torch.zeros(1, 6, 64)),
        "lenet": (_lenet(), torch.zeros(1, 1, 28, 28)),
        "ds_cnn": (_ds_cnn(), torch.zeros(1, 1, 49, 10)),
        "mobilenet": (_mobilenet(), torch.zeros(1, 3, 64, 64)),
        "mobilenet_v2": (_mobilenet_v2(), torch.zeros(1, 3, 64, 64)),
        "mobilenet_v3_small": (_mobilenet_v3(), torch.zeros(1, 3, 64, 64)),
        "efficientnet_lite": (_efficientnet_lite(), torch.zeros(1, 3, 64, 64)),
        "resnet_8": (_resnet(), torch.zeros(PICTURE)),
        "squeeze_and_excitation": (_squeeze_and_excitation(), torch.zeros(PICTURE)),
        "u_net": (UNet(), torch.zeros(PICTURE)),
        "autoencoder": (_autoencoder(), torch.zeros(1, 128)),
        "conv_autoencoder": (_conv_autoencoder(), torch.zeros(1, 1, 28, 28)),
        "lstm": (_lstm(), torch.zeros(READINGS)),
        "gru": (OverTime(nn.GRU(6, 12, batch_first=True), 12), torch.zeros(READINGS)),
        "bidirectional_lstm": (_lstm(both_ways=True), torch.zeros(READINGS)),
        "crnn": (OverTime(nn.GRU(80, 16, batch_first=True), 16, Rows()), torch.zeros(1, 1, 24, 20)),
        "tcn": (_tcn(), torch.zeros(1, 6, 32)),
        "attention_gelu": (Transformer(nn.Linear(6, 16)), torch.zeros(READINGS)),
        "text_transformer": (Transformer(nn.Embedding(50, 16), rows=12), words),
    }
