"""The operators of PyTorch that a program may consist of: those that compute from their arguments alone."""

from __future__ import annotations

from typing import Final

_ARITHMETIC = """
abs add addcdiv addcmul addmm baddbmm bmm bitwise_and bitwise_not bitwise_or ceil clamp clamp_max clamp_min clip cos
cumsum div divide einsum eq erf exp expm1 floor floor_divide fmod ge gt le linear log log10 log1p log2 logical_and
logical_not logical_or lt matmul maximum minimum mm mul multiply mv ne neg negative outer pow reciprocal remainder round
rsqrt rsub sign sin sqrt square sub subtract tan true_divide trunc where
"""
_ACTIVATIONS = """
celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid log_softmax _log_softmax mish prelu
_prelu_kernel relu relu6 selu sigmoid silu softmax _softmax softplus softshrink tanh threshold
"""
_NETWORKS = """
adaptive_avg_pool1d adaptive_avg_pool2d _adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d alpha_dropout
avg_pool1d avg_pool2d batch_norm _native_batch_norm_legit_no_training channel_shuffle conv1d conv2d conv_transpose1d
conv_transpose2d convolution dropout embedding feature_dropout group_norm gru instance_norm layer_norm lstm max_pool1d
max_pool2d max_pool2d_with_indices native_dropout native_group_norm native_layer_norm pad pixel_shuffle pixel_unshuffle
reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d rms_norm rnn_relu rnn_tanh
scaled_dot_product_attention upsample_bilinear2d upsample_linear1d upsample_nearest1d upsample_nearest2d
constant_pad_nd linalg_vector_norm
"""
_SHAPES = """
alias all amax amin any arange argmax argmin broadcast_to cat chunk clone concat concatenate contiguous copy_ detach
detach_ empty expand expand_as eye fill flatten flip full full_like gather index index_select lift_fresh_copy max mean
min movedim narrow new_full new_ones new_zeros one_hot ones ones_like permute prod repeat
repeat_interleave reshape reshape_as roll scalar_tensor select slice split split_with_sizes squeeze stack std sum
swapaxes t tile to _to_copy topk transpose tril triu type_as unbind unflatten unsafe_chunk unsafe_split unsqueeze var
var_mean std_mean view view_as zeros zeros_like sym_size sym_numel
"""
_WITHOUT_RESULT = "_assert_scalar _assert_tensor_metadata"
OPERATORS: Final = frozenset(f"{_ARITHMETIC} {_ACTIVATIONS} {_NETWORKS} {_SHAPES}".split())
"""Names of operators of `torch.ops.aten`; those with an underscore behind them write to their argument and are accepted
as well. None reads or writes a file, opens a connection or draws random numbers but a dropout that trains."""
SKIPPED_OPERATORS: Final = frozenset(_WITHOUT_RESULT.split())
"""Operators that only check sizes, which are all known when a program is converted."""
ON_SIZES: Final = frozenset(["add", "sub", "mul", "floordiv", "mod", "neg", "eq", "ne", "lt", "le", "gt", "ge"])
"""Functions of Python's module `operator` that compute open sizes."""


def is_converted(name: str) -> bool:
    """Returns whether an operator of `torch.ops.aten` is on the list."""
    return name in OPERATORS or (name.endswith("_") and name.removesuffix("_") in OPERATORS)
