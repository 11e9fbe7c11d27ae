"""Faults of a stage that runs a model, and of the resources that models and texts come from."""

from __future__ import annotations

import pytest

from rune.abi import ModelFormat
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.signature import HostText
from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import CheckedRunefile, HostResourceOptions, Severity, check
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage, ModelStage
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case

ROW = TensorType(ElementType.F32, (1, 4))
BYTES = TensorType(ElementType.I8, (1, 4))
TEXT = TensorType(ElementType.UTF8, (1,))
SIGNATURES = {
    "float.tflite": ModelSignature((ModelTensor("x", ROW),), (ModelTensor("y", ROW),)),
    "int8.tflite": ModelSignature((ModelTensor("x", BYTES, 0.5, -128),), (ModelTensor("y", BYTES),)),
    "text.tflite": ModelSignature((ModelTensor("question", TEXT),), (ModelTensor("y", ROW),)),
}
FILES = {
    "float.tflite": b"",
    "int8.tflite": b"",
    "text.tflite": b"",
    "net.onnx": b"onnx",
    "net/model.json": b"{}",
    "net/weights.bin": b"w",
    "format.txt": b"onnx\n",
    "latin.txt": b"\xe9",
}
OUTPUTS = "outputs: [{type: f32, dimensions: [1, 2]}]"


def checked(
    model: str, rest: str = "", *, element: str = "f32", resources: str = "", host: HostResourceOptions | None = None
) -> CheckedRunefile:
    text = f"""\
version: 1
image: runicos/base
pipeline:
  in: {{capability: RAW, outputs: [{{type: {element}, dimensions: [1, 4]}}]}}
  model:
    model: {model}
    inputs: [in]
    {rest}
  out: {{out: tensor, inputs: [model]}}
{resources}
"""

    def signature(path: str) -> ModelSignature:
        if path not in SIGNATURES:
            raise ModelError("not one")
        return SIGNATURES[path]

    files = MemoryFiles({**FILES, "Runefile.yml": text.encode()})
    return check(files, PUBLISHED_BLOCKS, signatures=signature, host_resources=host)


def model_of(result: CheckedRunefile) -> ModelStage:
    assert result.diagnostics == ()
    assert result.pipeline is not None
    return next(stage for stage in result.pipeline.stages if isinstance(stage, ModelStage))


def refusal(result: CheckedRunefile) -> tuple[Code, str]:
    (diagnostic,) = result.diagnostics
    assert diagnostic.severity is Severity.ERROR
    assert result.pipeline is None
    return Code(diagnostic.code), "\n".join((diagnostic.message, *diagnostic.notes))


@each_case(
    ("model", "format_", "file"),
    [
        ("./net.onnx", "onnx", "net.onnx"),
        ("./net/", "tensorflow-js", "net"),
        ("./net", "tensorflow", "net"),
        ("net/model.json", "tensorflow-js", "net/model.json"),
    ],
)
def test_a_model_of_another_format_has_the_declared_types_and_is_the_hosts(model: str, format_: str, file: str) -> None:
    stage = model_of(checked(model, f"args: {{format: {format_}}}\n    {OUTPUTS}"))
    assert (stage.file, stage.format, stage.is_hosted) == (file, ModelFormat(format_), True)
    assert (stage.input_types, stage.outputs) == ((ROW,), (TensorType(ElementType.F32, (1, 2)),))


def test_the_types_of_a_model_that_is_not_read_must_be_declared() -> None:
    code, message = refusal(checked("net.onnx", "args: {format: onnx}"))
    assert code is Code.MISSING_TYPES
    assert '"model" must declare its outputs: the types of a model in the format onnx are not known' in message
    code, message = refusal(checked("net.onnx", "args: {format: onnx}\n    outputs: [{type: f32}]"))
    assert code is Code.MISSING_TYPES
    assert "without dimensions" in message


def test_a_format_can_stand_in_a_resource() -> None:
    resources = "resources: {F: {path: format.txt}}"
    assert (
        model_of(checked("net.onnx", f"args: {{format: $F}}\n    {OUTPUTS}", resources=resources)).format
        is ModelFormat.ONNX
    )


@pytest.mark.parametrize(
    ("resource", "code", "why"),
    [
        (
            "{path: latin.txt}",
            Code.WRONG_RESOURCE_TYPE,
            'Invalid format for "model": the resource "F" is not UTF-8 text',
        ),
        ("{type: string}", Code.RESOURCE_NO_SOURCE, 'Invalid format for "model": the resource "F" has no content'),
        ("{inline: keras}", Code.UNKNOWN_FORMAT, "Expected the format to be one of onnx, tensorflow, tensorflow-js, "),
    ],
)
def test_a_resource_that_is_no_format_is_refused(resource: str, code: Code, why: str) -> None:
    actual_code, message = refusal(
        checked("net.onnx", f"args: {{format: $F}}\n    {OUTPUTS}", resources=f"resources: {{F: {resource}}}")
    )
    assert actual_code is code
    assert why in message


@each_case(
    ("model", "rest", "why"),
    [
        ("net.onnx", "", '"net.onnx" looks like a model in the format onnx, and not tensorflow-lite'),
        ("float.tflite", f"args: {{format: onnx}}\n    {OUTPUTS}", "looks like a model in the format tensorflow-lite"),
        ("./net/", "", '"./net/" is a folder, and a model in the format tensorflow-lite is one file'),
        (
            "./net/",
            f"args: {{format: onnx}}\n    {OUTPUTS}",
            "is a folder, and a model in the format onnx is one file",
        ),
    ],
)
def test_a_file_that_is_not_of_its_format_is_refused(model: str, rest: str, why: str) -> None:
    code, message = refusal(checked(model, rest))
    assert code is Code.WRONG_FORMAT
    assert why in message


def test_a_format_that_the_files_name_denies_is_put_right_by_its_fix() -> None:
    (diagnostic,) = checked("net.onnx", f"args: {{format: tensorflow-lite}}\n    {OUTPUTS}").diagnostics
    assert [edit.text for fix in diagnostic.fixes for edit in fix.edits] == ["onnx"]


def test_a_model_that_is_not_there_is_named() -> None:
    code, message = refusal(checked("nett.onnx", f"args: {{format: onnx}}\n    {OUTPUTS}"))
    assert code is Code.UNREADABLE_FILE
    assert 'Unable to read "nett.onnx" for "model": no such file in the project' in message
    assert "Did you mean `./net.onnx`?" in message


def test_raw_floats_for_a_quantised_model_name_its_scale_and_zero_point() -> None:
    code, message = refusal(checked("int8.tflite"))
    assert code is Code.QUANTIZED_INPUT
    assert "i8[1, 4], quantised with the scale 0.5 and the zero point -128" in message
    assert '"in" gives raw floats, f32[1, 4]' in message
    assert "round(x / 0.5) + -128" in message


def test_pixels_of_the_other_sign_name_the_block_that_turns_them() -> None:
    code, message = refusal(checked("int8.tflite", element="u8"))
    assert code is Code.WRONG_INPUT_TYPE
    assert "The proc-block `signed_pixels` makes i8 of u8." in message


def test_text_cannot_go_into_a_model_nor_come_out_of_it() -> None:
    assert refusal(checked("text.tflite"))[0] is Code.TEXT_TENSOR
    arguments = "args: {format: onnx}\n    outputs: [{type: utf8, dimensions: [1]}]"
    assert Code.TEXT_TENSOR.value in {one.code for one in checked("net.onnx", arguments).diagnostics}


def test_a_model_without_a_default_is_given_by_the_host_with_the_declared_types() -> None:
    resources = "resources: {M: {type: binary}}"
    stage = model_of(checked("$M", OUTPUTS, resources=resources))
    assert (stage.file, stage.resource, stage.capacity, stage.is_hosted) == (None, "M", 16 << 20, True)
    assert refusal(checked("$M", resources=resources))[0] is Code.MISSING_TYPES
    host = HostResourceOptions(capacities={"M": 99})
    assert model_of(checked("$M", OUTPUTS, resources=resources, host=host)).capacity == 99


def test_a_model_with_a_default_is_the_hosts_only_when_the_build_wants_it() -> None:
    resources = "resources: {M: {type: binary, path: float.tflite}}"
    plain = model_of(checked("$M", resources=resources))
    assert (plain.file, plain.resource, plain.capacity, plain.is_hosted) == ("float.tflite", "M", None, False)
    stage = model_of(checked("$M", resources=resources, host=HostResourceOptions(every=True)))
    assert (stage.file, stage.capacity, stage.outputs) == ("float.tflite", 16 << 20, (ROW,))


def label(
    resource: str, argument: str = "wordlist: $W", block: str = "label", host: HostResourceOptions | None = None
) -> CheckedRunefile:
    text = f"""\
version: 1
image: runicos/base
pipeline:
  in: {{capability: RAW, outputs: [{{type: u32, dimensions: [2]}}]}}
  block: {{proc-block: {block}, inputs: [in], args: {{{argument}}}}}
  out: {{out: serial, inputs: [block]}}
resources: {{W: {resource}}}
"""
    return check(MemoryFiles({**FILES, "Runefile.yml": text.encode()}), PUBLISHED_BLOCKS, host_resources=host)


def test_a_long_text_may_come_from_the_host() -> None:
    result = label("{type: string}")
    assert result.diagnostics == ()
    assert result.pipeline is not None
    block = result.pipeline.stages[1]
    assert isinstance(block, BlockStage)
    assert block.arguments == {"wordlist": HostText("W", 64 * 1024, None)}
    assert block.resources == {"wordlist": "W"}


def test_a_default_is_taken_unless_the_build_wants_the_hosts() -> None:
    for host, expected in (
        (None, "a\nb"),
        (HostResourceOptions(every=True), HostText("W", 65536, "a\nb")),
        (HostResourceOptions(every=True, capacities={"W": 2}), HostText("W", 3, "a\nb")),
    ):
        pipeline = label('{inline: "a\\nb"}', host=host).pipeline
        assert pipeline is not None
        block = pipeline.stages[1]
        assert isinstance(block, BlockStage)
        assert block.arguments == {"wordlist": expected}


def test_a_number_cannot_come_from_the_host() -> None:
    code, message = refusal(label("{type: string}", "modulus: $W", "modulo"))
    assert code is Code.RESOURCE_NO_SOURCE
    assert '"$W" has no content when the rune is built: modulo needs "modulus" then' in message
    assert "Give the resource a `path` or an `inline` text" in message
    pipeline = label('{inline: "7"}', "modulus: $W", "modulo", HostResourceOptions(every=True)).pipeline
    assert pipeline is not None


def test_a_folder_is_a_binary_resource() -> None:
    assert label("{path: ./net/, type: binary}", 'wordlist: "a"').pipeline is not None
    code, message = next(
        (Code(one.code), one.message)
        for one in label("{path: ./net/}", 'wordlist: "a"').diagnostics
        if one.severity is Severity.ERROR
    )
    assert code is Code.WRONG_RESOURCE_TYPE
    assert '"./net/" is a folder, and "W" reads it as a text' in message
    assert refusal(label("{path: ./net}"))[0] is Code.WRONG_RESOURCE_TYPE
    for type_ in ("string", "binary"):
        code, message = refusal(label(f"{{path: ./nets/, type: {type_}}}"))
        assert code is Code.UNREADABLE_FILE
        assert 'Unable to read "./nets/" for "W": no such folder in the project' in message
    assert "a path must stay inside the project" in refusal(label("{path: ../net/}"))[1]


def test_a_capacity_for_what_is_no_resource_or_of_no_size_is_refused() -> None:
    host = HostResourceOptions(capacities={"X": 1})
    assert refusal(label("{type: string}", host=host)) == (
        Code.UNKNOWN_RESOURCE,
        'The build was given a capacity for "X", which is not a resource',
    )
    for capacity in (0, -1, (64 << 20) + 1):
        with pytest.raises(ValueError, match="must be from 1 to 67108864 bytes"):
            HostResourceOptions(capacities={"W": capacity})
