"""The tables of the .tflite format (schema version 3) as data: which field stands in which slot, of which type.

Facts of the published format only; what reads them is `flatbuffer.py`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final


class FieldForm(Enum):
    """The storage of a field: in the table itself, or behind an offset."""

    NUMBER = "number"
    NUMBERS = "vector of numbers"
    BYTES = "vector of bytes"
    TEXT = "string"
    TABLE = "table"
    TABLES = "vector of tables"
    UNION = "union"


@dataclass(frozen=True)
class SchemaField:
    """One slot. `code` is the `struct` code of numbers and `width` their bytes; `table` what an offset leads to."""

    name: str
    slot: int
    form: FieldForm
    code: str = ""
    width: int = 1
    default: int | float = 0
    table: str = ""
    words: str = ""
    """The name in an error."""


NUMBER_CODES: Final = {
    "i8": "b",
    "u8": "B",
    "bool": "?",
    "i16": "h",
    "u16": "H",
    "i32": "i",
    "u32": "I",
    "i64": "q",
    "u64": "Q",
    "f32": "f",
    "f64": "d",
}

_TABLES = """
Model: version:u32 operator_codes:[OperatorCode] subgraphs:[SubGraph] description:text buffers:[Buffer]
    metadata_buffer:[i32] metadata:[Metadata] signature_defs:[SignatureDef]
    external_buffer_groups:[ExternalBufferGroup] external_buffers:[ExternalBuffer]
OperatorCode: deprecated_builtin_code:i8 custom_code:text version:i32=1 builtin_code:i32
SubGraph: tensors:[Tensor] inputs:[i32] outputs:[i32] operators:[Operator] name:text debug_metadata_index:i32=-1
Buffer: data:bytes offset:u64 size:u64
Metadata: name:text buffer:u32
SignatureDef: inputs:[TensorMap] outputs:[TensorMap] signature_key:text - subgraph_index:u32
TensorMap: name:text tensor_index:u32
ExternalBufferGroup: name:text
ExternalBuffer: id:u32 group:u32 offset:u64 length:u64 packing:text
Tensor: shape:[i32] type:i8 buffer:u32 name:text quantization:QuantizationParameters is_variable:bool
    sparsity:SparsityParameters shape_signature:[i32] has_rank:bool variant_tensors:[VariantSubType] external_buffer:u32
VariantSubType: shape:[i32] type:i8 has_rank:bool
QuantizationParameters: min:[f32] max:[f32] scale:[f32] zero_point:[i64] details:<QuantizationDetails>
    quantized_dimension:i32
CustomQuantization: custom:bytes
BlockwiseQuantization: scales:i32 zero_points:i32 block_size:i32 block_shape:[i32]
MultiAxisQuantization: scales:i32 zero_points:i32 block_size:i32 quantized_dimensions:[i32]
SparsityParameters: traversal_order:[i32] block_map:[i32] dim_metadata:[DimensionMetadata]
DimensionMetadata: format:i8 dense_size:i32 array_segments:<SparseIndexVector> array_indices:<SparseIndexVector>
Int32Vector: values:[i32]
Uint16Vector: values:[u16]
Uint8Vector: values:bytes
Operator: opcode_index:u32 inputs:[i32] outputs:[i32] builtin_options:<BuiltinOptions> custom_options:bytes
    custom_options_format:i8 mutating_variable_inputs:bytes intermediates:[i32] large_custom_options_offset:u64
    large_custom_options_size:u64 builtin_options_2:<BuiltinOptions2> debug_metadata_index:i32=-1

Conv2DOptions: padding:i8 stride_w:i32 stride_h:i32 fused_activation_function:i8 dilation_w_factor:i32=1
    dilation_h_factor:i32=1 quantized_bias_type:i8
Conv3DOptions: padding:i8 stride_d:i32 stride_w:i32 stride_h:i32 fused_activation_function:i8 dilation_d_factor:i32=1
    dilation_w_factor:i32=1 dilation_h_factor:i32=1
Pool2DOptions: padding:i8 stride_w:i32 stride_h:i32 filter_width:i32 filter_height:i32 fused_activation_function:i8
DepthwiseConv2DOptions: padding:i8 stride_w:i32 stride_h:i32 depth_multiplier:i32 fused_activation_function:i8
    dilation_w_factor:i32=1 dilation_h_factor:i32=1
ConcatEmbeddingsOptions: num_channels:i32 num_columns_per_channel:[i32] embedding_dim_per_channel:[i32]
LSHProjectionOptions: type:i8
SVDFOptions: rank:i32 fused_activation_function:i8 asymmetric_quantize_inputs:bool
RNNOptions: fused_activation_function:i8 asymmetric_quantize_inputs:bool
SequenceRNNOptions: time_major:bool fused_activation_function:i8 asymmetric_quantize_inputs:bool
BidirectionalSequenceRNNOptions: time_major:bool fused_activation_function:i8 merge_outputs:bool
    asymmetric_quantize_inputs:bool
FullyConnectedOptions: fused_activation_function:i8 weights_format:i8 keep_num_dims:bool
    asymmetric_quantize_inputs:bool quantized_bias_type:i8 quant_spec:bytes
SoftmaxOptions: beta:f32
ConcatenationOptions: axis:i32 fused_activation_function:i8
AddOptions: fused_activation_function:i8 pot_scale_int16:bool=1
MulOptions: fused_activation_function:i8
L2NormOptions: fused_activation_function:i8
LocalResponseNormalizationOptions: radius:i32 bias:f32 alpha:f32 beta:f32
LSTMOptions: fused_activation_function:i8 cell_clip:f32 proj_clip:f32 kernel_type:i8 asymmetric_quantize_inputs:bool
UnidirectionalSequenceLSTMOptions: fused_activation_function:i8 cell_clip:f32 proj_clip:f32 time_major:bool
    asymmetric_quantize_inputs:bool diagonal_recurrent_tensors:bool
BidirectionalSequenceLSTMOptions: fused_activation_function:i8 cell_clip:f32 proj_clip:f32 merge_outputs:bool
    time_major:bool=1 asymmetric_quantize_inputs:bool
ResizeBilinearOptions: - - align_corners:bool half_pixel_centers:bool
ResizeNearestNeighborOptions: align_corners:bool half_pixel_centers:bool
CallOptions: subgraph:u32
ReshapeOptions: new_shape:[i32]
SkipGramOptions: ngram_size:i32 max_skip_size:i32 include_all_ngrams:bool
SpaceToDepthOptions: block_size:i32
DepthToSpaceOptions: block_size:i32
SubOptions: fused_activation_function:i8 pot_scale_int16:bool=1
DivOptions: fused_activation_function:i8
EmbeddingLookupSparseOptions: combiner:i8
GatherOptions: axis:i32 batch_dims:i32
ReducerOptions: keep_dims:bool
SqueezeOptions: squeeze_dims:[i32]
SplitOptions: num_splits:i32
SplitVOptions: num_splits:i32
StridedSliceOptions: begin_mask:i32 end_mask:i32 ellipsis_mask:i32 new_axis_mask:i32 shrink_axis_mask:i32 offset:bool
CastOptions: in_data_type:i8 out_data_type:i8
ArgMaxOptions: output_type:i8
ArgMinOptions: output_type:i8
TransposeConvOptions: padding:i8 stride_w:i32 stride_h:i32 fused_activation_function:i8 quantized_bias_type:i8
SparseToDenseOptions: validate_indices:bool
ShapeOptions: out_type:i8
FakeQuantOptions: min:f32 max:f32 num_bits:i32 narrow_range:bool
PackOptions: values_count:i32 axis:i32
OneHotOptions: axis:i32
UnpackOptions: num:i32 axis:i32
LeakyReluOptions: alpha:f32
MirrorPadOptions: mode:i8
UniqueOptions: idx_out_type:i8=2
ReverseSequenceOptions: seq_dim:i32 batch_dim:i32
IfOptions: then_subgraph_index:i32 else_subgraph_index:i32
CallOnceOptions: init_subgraph_index:i32
WhileOptions: cond_subgraph_index:i32 body_subgraph_index:i32
BatchMatMulOptions: adj_x:bool adj_y:bool asymmetric_quantize_inputs:bool
CumsumOptions: exclusive:bool reverse:bool
HashtableOptions: table_id:i32 key_dtype:i8 value_dtype:i8
VarHandleOptions: container:text shared_name:text
RandomOptions: seed:i64 seed2:i64
BucketizeOptions: boundaries:[f32]
GeluOptions: approximate:bool

StablehloConcatenateOptions: dimension:i64
StablehloBroadcastInDimOptions: broadcast_dimensions:[i64]
StablehloSliceOptions: start_indices:[i64] limit_indices:[i64] strides:[i64]
StablehloConvolutionOptions: window_strides:[i64] padding:[i64] lhs_dilation:[i64] rhs_dilation:[i64]
    window_reversal:[bool] input_batch_dimension:i64 input_feature_dimension:i64 input_spatial_dimensions:[i64]
    kernel_input_feature_dimension:i64 kernel_output_feature_dimension:i64 kernel_spatial_dimensions:[i64]
    output_batch_dimension:i64 output_feature_dimension:i64 output_spatial_dimensions:[i64] feature_group_count:i64
    batch_group_count:i64 precision_config:[u32]
StablehloCustomCallOptions: call_target_name:text has_side_effect:bool backend_config:text api_version:i32
    called_computations:[i32] custom_attributes:bytes
StablehloReduceOptions: dimensions:[i64] body_subgraph_index:i32
StablehloScatterOptions: indices_are_sorted:bool update_window_dims:[i64] inserted_window_dims:[i64]
    scatter_dims_to_operand_dims:[i64] index_vector_dim:i64 unique_indices:bool
    update_computation_subgraph_index:i32
StablehloCompareOptions: comparison_direction:u32 compare_type:u32
StablehloDynamicSliceOptions: slice_sizes:[i64]
StablehloPadOptions: edge_padding_low:[i64] edge_padding_high:[i64] interior_padding:[i64]
StablehloIotaOptions: iota_dimension:i64
StablehloDotGeneralOptions: lhs_batching_dimensions:[i64] rhs_batching_dimensions:[i64]
    lhs_contracting_dimensions:[i64] rhs_contracting_dimensions:[i64] precision_config:[u32]
StablehloReduceWindowOptions: window_dimensions:[i64] window_strides:[i64] base_dilations:[i64]
    window_dilations:[i64] padding:[i64] body_subgraph_index:i32
StablehloSortOptions: dimension:i64 is_stable:bool comparator_subgraph_index:i32
StablehloWhileOptions: cond_subgraph_index:i32 body_subgraph_index:i32
StablehloGatherOptions: offset_dims:[i64] collapsed_slice_dims:[i64] start_index_map:[i64] index_vector_dim:i64
    slice_sizes:[i64] indices_are_sorted:bool
StablehloTransposeOptions: permutation:[i64]
StablehloRngBitGeneratorOptions: algorithm:i8
ReduceWindowOptions: reduce_function:i32
StableHLOCompositeOptions: name:text decomposition_subgraph_index:i32 composite_attributes:bytes
    composite_attributes_format:i8 version:i32
StablehloCaseOptions: branch_subgraph_indices:[i32]
"""
"""A table's slots in order: `name:type` or `name:type=default`; `[T]` is a vector, `<U>` a union (two slots: the type
and the table), `-` a slot that is no longer used. Tables without fields are only named in `UNIONS`."""

_METADATA_TABLES = """
ModelMetadata: - - - subgraph_metadata:[SubGraphMetadata]
SubGraphMetadata: - - input_tensor_metadata:[TensorMetadata] output_tensor_metadata:[TensorMetadata]
TensorMetadata: - - - content:Content process_units:[ProcessUnit] - associated_files:[AssociatedFile]
Content: content_properties:<ContentProperties>
ImageProperties: color_space:i8
AudioProperties: sample_rate:u32
AssociatedFile: name:text - type:i8
ProcessUnit: options:<ProcessUnitOptions>
NormalizationOptions: mean:[f32] std:[f32]
"""
"""The metadata of normalisation, a flatbuffer of its own inside a model's file; `-` is an ignored slot."""

_OPTIONS = """
Conv2DOptions DepthwiseConv2DOptions ConcatEmbeddingsOptions LSHProjectionOptions Pool2DOptions SVDFOptions
RNNOptions FullyConnectedOptions SoftmaxOptions ConcatenationOptions AddOptions L2NormOptions
LocalResponseNormalizationOptions LSTMOptions ResizeBilinearOptions CallOptions ReshapeOptions SkipGramOptions
SpaceToDepthOptions EmbeddingLookupSparseOptions MulOptions PadOptions GatherOptions BatchToSpaceNDOptions
SpaceToBatchNDOptions TransposeOptions ReducerOptions SubOptions DivOptions SqueezeOptions SequenceRNNOptions
StridedSliceOptions ExpOptions TopKV2Options SplitOptions LogSoftmaxOptions CastOptions DequantizeOptions
MaximumMinimumOptions ArgMaxOptions LessOptions NegOptions PadV2Options GreaterOptions GreaterEqualOptions
LessEqualOptions SelectOptions SliceOptions TransposeConvOptions SparseToDenseOptions TileOptions
ExpandDimsOptions EqualOptions NotEqualOptions ShapeOptions PowOptions ArgMinOptions FakeQuantOptions
PackOptions LogicalOrOptions OneHotOptions LogicalAndOptions LogicalNotOptions UnpackOptions FloorDivOptions
SquareOptions ZerosLikeOptions FillOptions BidirectionalSequenceLSTMOptions BidirectionalSequenceRNNOptions
UnidirectionalSequenceLSTMOptions FloorModOptions RangeOptions ResizeNearestNeighborOptions LeakyReluOptions
SquaredDifferenceOptions MirrorPadOptions AbsOptions SplitVOptions UniqueOptions ReverseV2Options AddNOptions
GatherNdOptions CosOptions WhereOptions RankOptions ReverseSequenceOptions MatrixDiagOptions QuantizeOptions
MatrixSetDiagOptions HardSwishOptions IfOptions WhileOptions DepthToSpaceOptions NonMaxSuppressionV4Options
NonMaxSuppressionV5Options ScatterNdOptions SelectV2Options DensifyOptions SegmentSumOptions BatchMatMulOptions
CumsumOptions CallOnceOptions BroadcastToOptions Rfft2dOptions Conv3DOptions HashtableOptions
HashtableFindOptions HashtableImportOptions HashtableSizeOptions VarHandleOptions ReadVariableOptions
AssignVariableOptions RandomOptions BucketizeOptions GeluOptions DynamicUpdateSliceOptions
UnsortedSegmentProdOptions UnsortedSegmentMaxOptions UnsortedSegmentMinOptions UnsortedSegmentSumOptions
ATan2Options SignOptions BitcastOptions BitwiseXorOptions RightShiftOptions
"""

_OPTIONS_2 = """
StablehloConcatenateOptions StablehloBroadcastInDimOptions StablehloSliceOptions StablehloConvolutionOptions
StablehloCustomCallOptions StablehloReduceOptions StablehloScatterOptions StablehloCompareOptions
StablehloDynamicSliceOptions StablehloPadOptions StablehloIotaOptions StablehloDotGeneralOptions
StablehloReduceWindowOptions StablehloSortOptions StablehloWhileOptions StablehloGatherOptions
StablehloTransposeOptions DilateOptions StablehloRngBitGeneratorOptions ReduceWindowOptions
StableHLOCompositeOptions StablehloShiftLeftOptions StablehloCaseOptions
"""

UNIONS: Final[dict[str, tuple[str, ...]]] = {
    "QuantizationDetails": ("CustomQuantization", "BlockwiseQuantization", "MultiAxisQuantization"),
    "SparseIndexVector": ("Int32Vector", "Uint16Vector", "Uint8Vector"),
    "BuiltinOptions": tuple(_OPTIONS.split()),
    "BuiltinOptions2": tuple(_OPTIONS_2.split()),
    "ProcessUnitOptions": (
        "NormalizationOptions",
        "ScoreCalibrationOptions",
        "ScoreThresholdingOptions",
        "BertTokenizerOptions",
        "SentencePieceTokenizerOptions",
        "RegexTokenizerOptions",
    ),
    "ContentProperties": ("FeatureProperties", "ImageProperties", "BoundingBoxProperties", "AudioProperties"),
}
"""The tables that a union may hold, in the order of their type numbers from 1; 0 means none."""


def _field(owner: str, text: str, slot: int) -> SchemaField:
    name, _, kind = text.partition(":")
    kind, _, default = kind.partition("=")
    inner = kind[1:-1]
    code, width, table = "", 1, ""
    if kind in NUMBER_CODES:
        form, code = FieldForm.NUMBER, NUMBER_CODES[kind]
    elif inner in NUMBER_CODES:
        form, code = FieldForm.NUMBERS, NUMBER_CODES[inner]
    elif kind == "text":
        form = FieldForm.TEXT
    elif kind == "bytes":
        form = FieldForm.BYTES
    elif kind.startswith("<"):
        form, table = FieldForm.UNION, inner
    elif kind.startswith("["):
        form, table = FieldForm.TABLES, inner
    else:
        form, table = FieldForm.TABLE, kind
    if code:
        width = struct.calcsize("<" + code)
    return SchemaField(name, slot, form, code, width, int(default or 0), table, f"{name} of a {owner} table")


def _parse(text: str) -> dict[str, tuple[SchemaField, ...]]:
    tables: dict[str, list[SchemaField]] = {}
    owner, slot = "", 0
    for word in text.split():
        if word.endswith(":"):
            owner, slot = word[:-1], 0
            tables[owner] = []
        elif word == "-":
            slot += 1
        else:
            field = _field(owner, word, slot)
            tables[owner].append(field)
            slot += 2 if field.form is FieldForm.UNION else 1
    return {name: tuple(fields) for name, fields in tables.items()}


METADATA: Final = frozenset(_parse(_METADATA_TABLES)) | {
    name for union in ("ProcessUnitOptions", "ContentProperties") for name in UNIONS[union]
}
"""The tables of the metadata, which are not in a model's own schema."""

TABLES: Final = {table: () for members in UNIONS.values() for table in members} | _parse(_TABLES + _METADATA_TABLES)
"""Every table's fields by the table's name."""
