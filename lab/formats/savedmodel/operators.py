"""The operators of TensorFlow that a SavedModel may consist of: those that compute, and keep weights."""

from __future__ import annotations

from typing import Final

_ARITHMETIC = """
Abs Add AddN AddV2 BiasAdd Cos Cumsum Div DivNoNan Einsum Elu Equal Erf Erfc Exp Expm1 Floor FloorDiv FloorMod Gelu
Greater GreaterEqual LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul BatchMatMul
BatchMatMulV2 BatchMatMulV3 Maximum Minimum Mul MulNoNan Neg NotEqual Pow RealDiv Reciprocal Relu Relu6 Round Rsqrt
Selu Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Square SquaredDifference Sub Tan Tanh
"""
_NETWORKS = """
AvgPool Conv2D Conv2DBackpropInput DepthwiseConv2dNative FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 L2Loss MaxPool
ResizeBilinear ResizeNearestNeighbor
"""
_SHAPES = """
ArgMax ArgMin All Any BatchToSpaceND BroadcastArgs BroadcastTo Cast ConcatV2 Const DepthToSpace ExpandDims Fill
Gather GatherNd GatherV2 Identity IdentityN Max Mean Min MirrorPad NoOp OneHot Pack Pad PadV2 Placeholder
PlaceholderWithDefault Prod Range Rank Reshape ResourceGather
ReverseV2 Select SelectV2 Shape Size Slice SpaceToBatchND SpaceToDepth Split
SplitV Squeeze StopGradient StridedSlice Sum Tile TopKV2 Transpose Unpack Where ZerosLike OnesLike
"""
_STATE = """
AssignVariableOp ReadVariableOp VarHandleOp VarIsInitializedOp PartitionedCall StatefulPartitionedCall While
StatelessWhile If StatelessIf TensorListFromTensor TensorListGetItem TensorListReserve TensorListSetItem
TensorListStack TensorListElementShape TensorListLength EmptyTensorList
"""
_SAVING = "DisableCopyOnRead MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename StaticRegexFullMatch StringJoin"
OPERATORS: Final = frozenset(f"{_ARITHMETIC} {_NETWORKS} {_SHAPES} {_STATE}".split())
"""Operators of what is converted. None reads or writes a file, opens a connection or calls Python."""
SAVING: Final = frozenset(_SAVING.split())
"""Operators by which TensorFlow restores and saves the weights. They are accepted in the functions of that name, which
only the loader calls."""
SAVING_FUNCTIONS: Final = ("__inference__traced_save", "__inference__traced_restore")
"""How the names of these functions begin."""
