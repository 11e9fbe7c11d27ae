"""A file in the language of `rune.pyblock` as a proc-block that a stage can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    BlockState,
    GeneratedHeader,
    integer,
    real,
)
from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file, read_file
from rune.pyblock.checking.problems import Problem
from rune.pyblock.checking.signature import BlockSignature, Setting, UnfitInput, bind, output_type
from rune.pyblock.numbers import Scalar, to_f32
from rune.source.runefile.blocks.broken_block import BrokenBlock
from rune.tensor import TensorType
from rune.wording import counted

_CACHE_SIZE = 64
"""Checks of files that are remembered: an edit changes one."""
_GAP = "after a gap it goes on with what was kept before it; after a restart with zeros"

Note = Callable[[Sequence[Problem]], None]


def python_block(file: str, text: str, signature: BlockSignature, note: Note, whose: str) -> Block:
    """The block of a file whose signature is right. `note` is called with the problems of the file for some inputs;
    `whose` says where it comes from, as in "A block of this project, in smooth.py."."""

    def outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
        try:
            names = bind(signature, inputs)
        except UnfitInput as error:
            # The file is looked at all the same: what is wrong in it does not wait for its wires.
            note(_problems(file, text, None))
            raise BlockError(error.message, input_index=error.index) from error
        problems = _problems(file, text, inputs)
        note(problems)
        if problems:
            first = min(problems, key=lambda each: each.place)
            raise BrokenBlock(f"{file} has {counted(len(problems), 'problem')}, the first on line {first.place.line}")
        return tuple(BlockOutput(output_type(shape, names)) for shape in signature.outputs)

    def state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
        names = bind(signature, inputs)
        return tuple(
            BlockState(state_value.name, output_type(state_value.shape, names), f"Declared in {file}", _GAP)
            for state_value in signature.states
        )

    return Block(
        name=signature.name,
        summary=signature.summary or whose,
        header=None,
        arguments=tuple(_argument(setting) for setting in signature.settings),
        outputs=outputs,
        code=lambda inputs, arguments: _code(file, text, inputs, arguments),
        state=state,
        page="\n".join(_page(signature, whose)),
    )


@lru_cache(_CACHE_SIZE)
def _problems(file: str, text: str, inputs: tuple[TensorType, ...] | None) -> tuple[Problem, ...]:
    return check_file(file, text, inputs).problems


@lru_cache(_CACHE_SIZE)
def _generate(
    file: str, text: str, inputs: tuple[TensorType, ...], settings: tuple[int | float, ...]
) -> tuple[GeneratedHeader, str, int, int]:
    block = check_file(file, text, inputs).block
    if block is None:
        raise BrokenBlock(f"{file} has problems")
    emitted_block = emit(block, file, settings)
    return (
        GeneratedHeader(emitted_block.name, emitted_block.text),
        emitted_block.function,
        emitted_block.state_size,
        emitted_block.scratch_size,
    )


def _code(file: str, text: str, inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    signature = read_file(file, text).signature
    settings = tuple(_value(setting, arguments) for setting in (signature.settings if signature else ()))
    header, function, state_size, scratch_size = _generate(file, text, inputs, settings)
    return BlockCode(function, state_size=state_size, scratch_size=scratch_size, header=header)


def _value(setting: Setting, arguments: Arguments) -> int | float:
    if setting.type is Scalar.INT:
        return integer(arguments, setting.name)
    value = real(arguments, setting.name)
    return to_f32(value) if setting.type is Scalar.F32 else value


def _argument(setting: Setting) -> Argument:
    kind = ArgumentKind.INTEGER if setting.type is Scalar.INT else ArgumentKind.FLOAT
    text = f"The parameter {setting.name} of the block, {setting.type}."
    return Argument(setting.name, kind, text, setting.default, setting.minimum, setting.maximum)


def _page(signature: BlockSignature, whose: str) -> Iterator[str]:
    """Returns the hover text of the block."""
    yield f"# {signature.name}"
    yield ""
    yield signature.documentation or whose
    yield ""
    inputs = ", ".join(f"{each.name}: {each.shape}" for each in signature.inputs)
    yield f"`{signature.name}({inputs})` gives `{', '.join(map(str, signature.outputs))}`."
    for state in signature.states:
        yield ""
        yield f"It keeps `{state.name}: {state.shape}` from one run to the next, zeros at first."
