"""The architectures whose conversion from every format is tried, and where the files of a trial are.

TensorFlow is not imported here: the rows of the page are read without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

CHOSEN: Final = {
    "mlp": "Multilayer perceptron",
    "conv_1d": "Convolutions over time",
    "lenet": "LeNet 5",
    "ds_cnn": "DS-CNN",
    "mobilenet": "MobileNet V1",
    "mobilenet_v2": "MobileNet V2",
    "mobilenet_v3_small": "MobileNet V3 small",
    "efficientnet_lite": "EfficientNet-Lite",
    "resnet_8": "ResNet",
    "squeeze_and_excitation": "Squeeze and excitation",
    "u_net": "U-Net",
    "autoencoder": "Autoencoder",
    "conv_autoencoder": "Autoencoder of convolutions",
    "lstm": "LSTM",
    "gru": "GRU",
    "bidirectional_lstm": "Bidirectional LSTM",
    "crnn": "CRNN: convolutions and a GRU",
    "tcn": "TCN: dilated causal convolutions",
    "attention_gelu": "Transformer block",
    "text_transformer": "Transformer of words",
}
"""The name of each architecture, and its words on the page."""

FORMATS: Final = {
    "keras": ".keras",
    "h5": ".h5",
    "savedmodel": "SavedModel",
    "onnx": ".onnx",
    "pt2": ".pt2",
    "tflite": ".tflite",
}
"""The formats, and their names on the page."""

SOURCES: Final = Path(__file__).resolve().parent / "onnx"
"""The ONNX files, which PyTorch wrote. They are kept, so that their rows need no PyTorch."""


def source_of(folder: Path, name: str, format_: str) -> Path:
    """The source of an architecture in a format: a file, or the folder of a SavedModel."""
    if format_ == "onnx":
        return SOURCES / f"{name}.onnx"
    return folder / (f"{name}.{format_}" if format_ != "savedmodel" else name)


def refusal_of(folder: Path, name: str, format_: str) -> Path:
    """The text that says why there is no source."""
    return folder / f"{name}.{format_}.refused"
