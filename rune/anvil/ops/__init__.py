"""The ops that Anvil compiles, one file each: which types it takes, and the call of its kernel with its constants."""

from __future__ import annotations

from rune.anvil.kernel_call import Operations
from rune.anvil.ops import add, conv_2d, depthwise_conv_2d, fully_connected, pool_2d, quantize, reshape, softmax

OPERATIONS: Operations = {
    "ADD": add.OPERATION,
    "AVERAGE_POOL_2D": pool_2d.AVERAGE,
    "CONV_2D": conv_2d.OPERATION,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.OPERATION,
    "DEQUANTIZE": quantize.DEQUANTIZE,
    "FULLY_CONNECTED": fully_connected.OPERATION,
    "MAX_POOL_2D": pool_2d.MAX,
    "QUANTIZE": quantize.QUANTIZE,
    "RESHAPE": reshape.OPERATION,
    "SOFTMAX": softmax.OPERATION,
}
"""By TFLite's names."""
