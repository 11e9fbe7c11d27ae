"""The options of an op: padding, strides, fused activation and so on.

The operators that are compiled have a dataclass each; the others give a mapping with the names of the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

DETECTION: Final = "CUSTOM:TFLite_Detection_PostProcess"
"""The one custom operator whose options are read."""


class Padding(Enum):
    """The treatment of the border by a window. The value is the format's number."""

    SAME = 0
    VALID = 1


class Activation(Enum):
    """The function that is applied to an operator's output. The value is the format's number."""

    NONE = 0
    RELU = 1
    RELU_N1_TO_1 = 2
    RELU6 = 3
    TANH = 4
    SIGN_BIT = 5


@dataclass(frozen=True)
class Conv2DOptions:
    """Strides and dilations are at least 1, in elements."""

    padding: Padding
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    activation: Activation
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class DepthwiseConv2DOptions:
    """The same as `Conv2DOptions`. `depth_multiplier` is redundant and may be wrong: the shapes of the tensors
    count."""

    padding: Padding
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    depth_multiplier: int
    activation: Activation


@dataclass(frozen=True)
class Pool2DOptions:
    """Strides and the window's sides are at least 1, in elements."""

    padding: Padding
    stride_height: int
    stride_width: int
    filter_height: int
    filter_width: int
    activation: Activation


@dataclass(frozen=True)
class FullyConnectedOptions:
    """`shuffled_weights`: the weights are stored in blocks (SHUFFLED4x16INT8), not row by row."""

    activation: Activation
    keep_num_dims: bool
    shuffled_weights: bool
    asymmetric_quantize_inputs: bool
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class SoftmaxOptions:
    beta: float


@dataclass(frozen=True)
class ReshapeOptions:
    """`new_shape` is empty when it comes as a tensor; one dimension may be -1."""

    new_shape: tuple[int, ...]


@dataclass(frozen=True)
class ElementwiseOptions:
    """The options of ADD, SUB, MUL and DIV."""

    activation: Activation


@dataclass(frozen=True)
class SumOptions(ElementwiseOptions):
    """The options of ADD and SUB: whether int16 with scales that are powers of two is shifted, as old converters
    asked for."""

    powers_of_two: bool = True


@dataclass(frozen=True)
class ResizeOptions:
    """The options of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: whether the corners of both images lie on each
    other, and whether a pixel's place is its centre."""

    align_corners: bool
    half_pixel_centers: bool


@dataclass(frozen=True)
class MirrorPadOptions:
    """The option whether the edge of a tensor is mirrored too (SYMMETRIC)."""

    with_edge: bool


@dataclass(frozen=True)
class StridedSliceOptions:
    """Bits of dimensions: where begin or end do not count, which are indexed by one number, are added, or stand for
    several. With `offset`, ends are counted from the begins."""

    begin_mask: int
    end_mask: int
    shrink_axis_mask: int
    new_axis_mask: int
    ellipsis_mask: int
    offset: bool


@dataclass(frozen=True)
class TransposeConvOptions:
    """Strides are at least 1, in elements of the output."""

    padding: Padding
    stride_height: int
    stride_width: int
    activation: Activation
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class BatchMatMulOptions:
    """The options whether the rows of an input's matrices are stored as columns. Floats beside int8 weights may be
    brought to bytes with a zero point."""

    left_is_transposed: bool
    right_is_transposed: bool
    asymmetric_quantize_inputs: bool


@dataclass(frozen=True)
class GatherOptions:
    """A negative axis counts from the last dimension."""

    axis: int
    batch_dims: int


@dataclass(frozen=True)
class BlockOptions:
    """The option of SPACE_TO_DEPTH and DEPTH_TO_SPACE: the side of a block, at least 1."""

    block_size: int


@dataclass(frozen=True)
class AxisOptions:
    """The options of PACK and UNPACK. A negative axis counts from the last dimension."""

    axis: int


@dataclass(frozen=True)
class LeakyReluOptions:
    """Numbers below zero times alpha."""

    alpha: float


@dataclass(frozen=True)
class ConcatenationOptions:
    """A negative axis counts from the last dimension."""

    axis: int
    activation: Activation


@dataclass(frozen=True)
class SvdfOptions:
    """`rank` filters are summed for each output; at least 1."""

    rank: int
    activation: Activation


@dataclass(frozen=True)
class LstmOptions:
    """The options of UNIDIRECTIONAL_SEQUENCE_LSTM. A clip of 0 clips nothing. With `time_major`, time is the first
    dimension."""

    activation: Activation
    cell_clip: float
    projection_clip: float
    time_major: bool


@dataclass(frozen=True)
class DetectionOptions:
    """The options of the custom operator TFLite_Detection_PostProcess. What a box is encoded by is divided by the
    scales. Boxes that overlap are suppressed; where that `is_regular`, in each class by itself, which keeps
    `detections_per_class`."""

    max_detections: int
    max_classes_per_detection: int
    detections_per_class: int
    is_regular: bool
    score_threshold: float
    overlap_threshold: float
    num_classes: int
    y_scale: float
    x_scale: float
    h_scale: float
    w_scale: float


RawOptions = Mapping[str, int | float | bool | str | tuple[int | float | bool, ...]]

Options = (
    Conv2DOptions
    | DepthwiseConv2DOptions
    | Pool2DOptions
    | FullyConnectedOptions
    | SoftmaxOptions
    | ReshapeOptions
    | ElementwiseOptions
    | ConcatenationOptions
    | LeakyReluOptions
    | ResizeOptions
    | MirrorPadOptions
    | StridedSliceOptions
    | GatherOptions
    | TransposeConvOptions
    | BatchMatMulOptions
    | BlockOptions
    | AxisOptions
    | SvdfOptions
    | LstmOptions
    | DetectionOptions
    | RawOptions
)
