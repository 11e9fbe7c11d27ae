"""The layers of Keras that a model may consist of, with their arguments, and the functions that they may name.

Nothing else of a file reaches Keras. A layer is on the list when it computes with its arguments and weights alone: it
runs no code of the file, reads no other file, and has a form in TFLite. Arguments that only training needs are not on
the list: initialisers, regularisers and constraints are left out of the clean file.
"""

from __future__ import annotations

from collections.abc import Mapping

_CONVOLUTION = "strides padding data_format dilation_rate activation use_bias"
_POOLING = "pool_size strides padding data_format"
_SIMPLE = "units activation use_bias dropout recurrent_dropout"
_RECURRENT = f"{_SIMPLE} recurrent_activation"
_SEQUENCE = "return_sequences return_state go_backwards stateful unroll zero_output_for_mask"
_NORMALISING = "axis epsilon center scale"

_LAYERS = {
    "InputLayer": "batch_shape batch_input_shape sparse ragged optional",
    # Dense and convolutional
    "Dense": "units activation use_bias lora_rank lora_alpha quantization_config",
    "EinsumDense": "equation output_shape activation bias_axes lora_rank lora_alpha quantization_config",
    "Embedding": "input_dim output_dim mask_zero input_length lora_rank lora_alpha quantization_config",
    "Conv1D": f"filters kernel_size groups {_CONVOLUTION}",
    "Conv2D": f"filters kernel_size groups {_CONVOLUTION}",
    "Conv1DTranspose": f"filters kernel_size output_padding {_CONVOLUTION}",
    "Conv2DTranspose": f"filters kernel_size output_padding {_CONVOLUTION}",
    "DepthwiseConv1D": f"kernel_size depth_multiplier {_CONVOLUTION}",
    "DepthwiseConv2D": f"kernel_size depth_multiplier {_CONVOLUTION}",
    "SeparableConv1D": f"filters kernel_size depth_multiplier {_CONVOLUTION}",
    "SeparableConv2D": f"filters kernel_size depth_multiplier {_CONVOLUTION}",
    # Pooling
    "AveragePooling1D": _POOLING,
    "AveragePooling2D": _POOLING,
    "MaxPooling1D": _POOLING,
    "MaxPooling2D": _POOLING,
    "GlobalAveragePooling1D": "data_format keepdims",
    "GlobalAveragePooling2D": "data_format keepdims",
    "GlobalMaxPooling1D": "data_format keepdims",
    "GlobalMaxPooling2D": "data_format keepdims",
    # Recurrent
    "LSTM": f"{_RECURRENT} {_SEQUENCE} unit_forget_bias use_cudnn",
    "GRU": f"{_RECURRENT} {_SEQUENCE} reset_after use_cudnn",
    "SimpleRNN": f"{_SIMPLE} {_SEQUENCE}",
    "LSTMCell": f"{_RECURRENT} unit_forget_bias",
    "GRUCell": f"{_RECURRENT} reset_after",
    "SimpleRNNCell": _SIMPLE,
    "RNN": f"cell {_SEQUENCE}",
    "StackedRNNCells": "cells",
    "Bidirectional": "layer backward_layer merge_mode",
    "TimeDistributed": "layer",
    # Normalisation
    "BatchNormalization": f"{_NORMALISING} momentum synchronized renorm renorm_clipping renorm_momentum",
    "LayerNormalization": f"{_NORMALISING} rms_scaling",
    "GroupNormalization": f"{_NORMALISING} groups",
    "RMSNormalization": "axis epsilon",
    "UnitNormalization": "axis",
    "Normalization": "axis mean variance invert",
    "Rescaling": "scale offset",
    # Attention
    "Attention": "use_scale score_mode dropout",
    "AdditiveAttention": "use_scale dropout",
    "MultiHeadAttention": "num_heads key_dim value_dim dropout use_bias output_shape attention_axes flash_attention "
    "sliding_window use_gate",
    # Activations
    "Activation": "activation",
    "ReLU": "max_value negative_slope threshold",
    "LeakyReLU": "negative_slope alpha",
    "PReLU": "shared_axes",
    "ELU": "alpha",
    "Softmax": "axis",
    # Shapes and arithmetic
    "Add": "",
    "Subtract": "",
    "Multiply": "",
    "Average": "",
    "Maximum": "",
    "Minimum": "",
    "Concatenate": "axis",
    "Dot": "axes normalize",
    "Flatten": "data_format",
    "Reshape": "target_shape",
    "Permute": "dims",
    "RepeatVector": "n",
    "Identity": "",
    "Masking": "mask_value",
    "Cropping1D": "cropping",
    "Cropping2D": "cropping data_format",
    "ZeroPadding1D": "padding data_format",
    "ZeroPadding2D": "padding data_format",
    "UpSampling1D": "size",
    "UpSampling2D": "size data_format interpolation",
    "Resizing": "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value antialias "
    "data_format",
    "CenterCrop": "height width data_format",
    # Layers that only training uses
    "Dropout": "rate noise_shape",
    "AlphaDropout": "rate noise_shape",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate data_format",
    "GaussianDropout": "rate",
    "GaussianNoise": "stddev",
    "ActivityRegularization": "l1 l2",
}
LAYERS: Mapping[str, frozenset[str]] = {name: frozenset(arguments.split()) for name, arguments in _LAYERS.items()}
"""The arguments of each layer that are kept, by its class."""

OPERATIONS: Mapping[str, frozenset[str]] = {
    "Add": frozenset(),
    "Subtract": frozenset(),
    "Multiply": frozenset(),
    "TrueDivide": frozenset(),
    "Maximum": frozenset(),
    "Minimum": frozenset(),
    "Absolute": frozenset(),
    "Sqrt": frozenset(),
    "Square": frozenset(),
    "Exp": frozenset(),
    "Mean": frozenset({"axis", "keepdims"}),
    "Sum": frozenset({"axis", "keepdims"}),
    "Max": frozenset({"axis", "keepdims"}),
    "Min": frozenset({"axis", "keepdims"}),
    "Negative": frozenset(),
    "Power": frozenset(),
    "Log": frozenset(),
    "Tanh": frozenset(),
    "Clip": frozenset({"x_min", "x_max"}),
    "Matmul": frozenset(),
    "GetItem": frozenset(),
    "Concatenate": frozenset({"axis"}),
    "Stack": frozenset({"axis"}),
    "Reshape": frozenset({"newshape"}),
    "Transpose": frozenset({"axes"}),
    "ExpandDims": frozenset({"axis"}),
    "Squeeze": frozenset({"axis"}),
}
"""Operations that a functional model has where its author wrote `x + y` or `x[:, -1]`, or called `keras.ops`."""

COMMON = frozenset({"name", "trainable", "dtype", "batch_shape", "batch_input_shape", "input_dtype", "autocast"})
"""Arguments that every layer has."""
NESTED_KEYS = frozenset({"layer", "backward_layer", "cell"})
"""Arguments that are layers themselves."""
NESTED_LISTS = frozenset({"cells"})
ACTIVATION_ARGUMENTS = frozenset({"activation", "recurrent_activation"})
TRAINING_ENDINGS = ("_initializer", "_regularizer", "_constraint")
"""Endings of arguments that only training needs; what they hold is not looked at."""
LEFT_OUT: Mapping[str, tuple[object, ...]] = {
    "groups": (1,),
    "implementation": (1, 2),
    "time_major": (False,),
    "dynamic": (False,),
    "weights": (None,),
    "seed": (),
    "fused": (None, True, False),
    "virtual_batch_size": (None,),
    "adjustment": (None,),
    "renorm_clipping": (None,),
    "gptq_unpacked_column_size": (None,),
}
"""Arguments of other versions of Keras that are left out where a layer has none of that name, with the values that
change nothing. With no values, any is left out."""
ONLY = {"lora_rank": None, "quantization_config": None, "sparse": False, "ragged": False}
"""Arguments that may have one value only: what they would turn on has no form in TFLite."""

ACTIVATIONS = frozenset(
    {
        "celu",
        "elu",
        "exponential",
        "gelu",
        "glu",
        "hard_shrink",
        "hard_sigmoid",
        "hard_silu",
        "hard_swish",
        "hard_tanh",
        "leaky_relu",
        "linear",
        "log_sigmoid",
        "log_softmax",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "soft_shrink",
        "softmax",
        "softplus",
        "softsign",
        "squareplus",
        "swish",
        "tanh",
        "tanh_shrink",
        "threshold",
    }
)
TYPES = frozenset({"float64", "float32", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool"})
POLICIES = TYPES | {"mixed_float16", "mixed_bfloat16"}
RUNS_CODE = frozenset(
    {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFOpLambda", "SlicingOpLambda"}
)
"""Layers that run code of the file, or code that is not Keras's."""
HOUSES = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")
"""Packages whose modules a file may name for a layer of Keras."""
