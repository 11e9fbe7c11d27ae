"""The signature of a block's function: inputs, parameters, states and outputs. Dimensions may be names."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.source import BlockText
from rune.pyblock.numbers import ELEMENTS, LEAST, MOST, Scalar, limits_of, to_f32
from rune.tensor import ElementType, TensorType

MAX_ELEMENTS = 1 << 24
"""Elements of one array."""
SCALARS = {"bool": Scalar.BOOL, "int": Scalar.INT, "f32": Scalar.F32, "f64": Scalar.F64, "float": Scalar.F64}
"""The types of single numbers, by their names."""


@dataclass(frozen=True)
class ArrayShape:
    """An element type and dimensions: numbers, or names that get their sizes from the connected tensors."""

    element: ElementType
    dimensions: tuple[int | str, ...]

    def bound(self, names: Mapping[str, int]) -> TensorType:
        """The tensor type with the sizes of its named dimensions."""
        return TensorType(
            self.element, tuple(names[each] if isinstance(each, str) else each for each in self.dimensions)
        )

    def __str__(self) -> str:
        return f"{self.element}[{', '.join(map(str, self.dimensions))}]"


@dataclass(frozen=True)
class TensorParameter:
    """An input or state: an array, or a single number if its shape is a scalar."""

    name: str
    shape: ArrayShape | Scalar


@dataclass(frozen=True)
class Setting:
    """A keyword-only parameter, set by an argument in the Runefile. It is required if it has no default."""

    name: str
    type: Scalar
    default: int | float | None
    minimum: float
    maximum: float


@dataclass(frozen=True)
class BlockSignature:
    """A block's function. `node` is its syntax."""

    name: str
    documentation: str
    """The docstring of the function, or of the file if the function has none."""
    inputs: tuple[TensorParameter, ...]
    settings: tuple[Setting, ...]
    states: tuple[TensorParameter, ...]
    outputs: tuple[ArrayShape | Scalar, ...]
    node: ast.FunctionDef

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]

    def names(self) -> tuple[str, ...]:
        """The names of dimensions, in the order of the inputs."""
        dimensions = (
            each
            for parameter in self.inputs
            if isinstance(parameter.shape, ArrayShape)
            for each in parameter.shape.dimensions
        )
        return tuple(dict.fromkeys(each for each in dimensions if isinstance(each, str)))


class UnfitInput(Exception):
    """An input does not match the signature. `index` is the number of the input; None if the count is wrong."""

    def __init__(self, message: str, index: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


def bind(signature: BlockSignature, types: Sequence[TensorType]) -> dict[str, int]:
    """Returns the sizes of the named dimensions for these inputs. Raises `UnfitInput`."""
    if len(types) != len(signature.inputs):
        raise UnfitInput(f"{signature.name} takes {len(signature.inputs)} inputs and not {len(types)}", None)
    names: dict[str, int] = {}
    for index, (parameter, type_) in enumerate(zip(signature.inputs, types, strict=True)):
        if isinstance(parameter.shape, Scalar):
            element = {Scalar.F32: ElementType.F32, Scalar.F64: ElementType.F64}.get(parameter.shape, ElementType.I64)
            if type_.element is not element or type_.count != 1:
                raise UnfitInput(f"{signature.name} takes one {element} as {parameter.name} and not {type_}", index)
            continue
        mismatch = f"{signature.name} takes {parameter.shape} as {parameter.name} and not {type_}"
        sizes = _without_ones(type_.dimensions, len(parameter.shape.dimensions))
        if parameter.shape.element is not type_.element or sizes is None:
            raise UnfitInput(mismatch, index)
        for dimension, size in zip(parameter.shape.dimensions, sizes, strict=True):
            if isinstance(dimension, int) and dimension != size:
                raise UnfitInput(mismatch, index)
            if isinstance(dimension, str) and names.setdefault(dimension, size) != size:
                raise UnfitInput(f"{mismatch}: {dimension} is {names[dimension]} already", index)
        if type_.count < 1:
            raise UnfitInput(f"{mismatch}, which has no elements", index)
    return names


def _without_ones(sizes: tuple[int, ...], rank: int) -> tuple[int, ...] | None:
    """Returns the sizes without dimensions of 1, so that `f32[1, 6]` matches `f32[6]`. None if the rank differs."""
    if len(sizes) == rank:
        return sizes
    inner = tuple(size for size in sizes if size != 1) or (1,)
    return inner if len(inner) == rank else None


def output_type(shape: ArrayShape | Scalar, names: Mapping[str, int]) -> TensorType:
    """Returns the tensor type of an output; a single number is a tensor with one element."""
    if isinstance(shape, ArrayShape):
        return shape.bound(names)
    return TensorType({Scalar.F32: ElementType.F32, Scalar.F64: ElementType.F64}.get(shape, ElementType.I64), (1,))


_OTHER_NAMES = {"float": "f32", "int": "i32", "bool": "u8"}
"""Python number types that cannot be array elements, with the element type to use."""


def block_function(tree: ast.Module, text: BlockText) -> ast.FunctionDef | None:
    """Returns the function that is the block: the one named like the file, or the only one."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    name = PurePosixPath(text.file).stem
    for node in functions:
        if node.name == name:
            return node
    if len(functions) == 1:
        return functions[0]
    place = text.place(functions[0]) if functions else text.place(tree)
    message = f"No function is called {name}" if functions else "There is no function"
    instead = f'Write the block as a function with the file\'s name: `def {name}(x: f32["n"]) -> f32["n"]:`.'
    text.report(
        ProblemKind.SIGNATURE, text.word(functions[0], functions[0].name) if functions else place, message, instead
    )
    return None


def read_signature(tree: ast.Module, text: BlockText) -> BlockSignature | None:
    """Returns the block's signature, or None if a problem was reported."""
    node = block_function(tree, text)
    if node is None:
        return None
    before = len(text.problems)
    _refuse_decorators(node, text)
    arguments = node.args
    for variadic in (arguments.vararg, arguments.kwarg):
        if variadic is not None:
            message = "A block cannot take a variable number of inputs"
            text.report(ProblemKind.SIGNATURE, text.place(variadic), message, "Name each input.")
    positional = (*arguments.posonlyargs, *arguments.args)
    with_default = positional[len(positional) - len(arguments.defaults) :]
    for each, value in zip(with_default, arguments.defaults, strict=True):
        kind = "int" if isinstance(_number(value), int) else "f32"
        instead = f"Write `*` before it to make it a parameter: `*, {each.arg}: {kind} = {ast.unparse(value)[:30]}`."
        text.report(
            ProblemKind.SIGNATURE,
            text.place(each),
            f"{each.arg} has a default, but inputs come from connections",
            instead,
        )
    inputs = [
        TensorParameter(each.arg, shape)
        for each in positional[: len(positional) - len(arguments.defaults)]
        if (shape := _input_shape(each, text)) is not None
    ]
    if not (arguments.posonlyargs or arguments.args):
        instead = 'Add an input before the `*`: `x: f32["n"]`.'
        text.report(ProblemKind.SIGNATURE, text.word(node, node.name), "A block needs at least one input", instead)
    settings, states = [], []
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if _is_state(each.annotation):
            state = _state(each, default, text)
            if state is not None:
                states.append(state)
        else:
            setting = _setting(each, default, text)
            if setting is not None:
                settings.append(setting)
    outputs = _outputs(node, text)
    _require_known_names(node, inputs, states, outputs, text)
    if len(text.problems) > before:
        return None
    documentation = (ast.get_docstring(node) or ast.get_docstring(tree) or "").strip()
    return BlockSignature(node.name, documentation, tuple(inputs), tuple(settings), tuple(states), tuple(outputs), node)


def read_shape(node: ast.expr | None, text: BlockText, where: str) -> ArrayShape | Scalar | None:
    """Returns the type of an annotation; None if a problem was reported. `where` names what has it, for messages."""
    example = 'Write a type: `f32`, `int`, `f32["n"]`, `u8[16]`.'
    match node:
        case ast.Name(id=name) if name in SCALARS:
            return SCALARS[name]
        case ast.Subscript(value=ast.Name(id=name), slice=within) if name in ELEMENTS:
            parts = within.elts if isinstance(within, ast.Tuple) else [within]
            dimensions = [size for part in parts if (size := _dimension(part, text)) is not None]
            if len(dimensions) != len(parts):
                return None
            return ArrayShape(ELEMENTS[name], tuple(dimensions))
        case ast.Name(id=name) if name in ELEMENTS:
            instead = f"Write `int`, or `{name}[16]` for an array."
            text.report(
                ProblemKind.SIGNATURE, text.place(node), f"A single whole number has the type int, not {name}", instead
            )
        case ast.Name(id="list") | ast.Subscript(value=ast.Name(id="list")):
            message = "A list has no fixed size, but the memory of a rune is fixed"
            text.report(ProblemKind.SIGNATURE, text.place(node), message, 'Write an array: `f32["n"]` or `f32[16]`.')
        case ast.Tuple():
            types_text = ", ".join(ast.unparse(each) for each in node.elts)[:60].replace("'", '"')
            message = "Several outputs must be written as a tuple type"
            text.report(ProblemKind.SIGNATURE, text.place(node), message, f"Write `tuple[{types_text}]`.")
        case ast.Subscript(value=ast.Name(id=name), slice=within) if name in _OTHER_NAMES:
            size = ast.unparse(within)[:30].replace("'", '"')
            instead = f"Write `{_OTHER_NAMES[name]}[{size}]`."
            text.report(ProblemKind.SIGNATURE, text.place(node), f"An array cannot hold {name} elements", instead)
        case ast.Name(id="str"):
            instead = "Return a number, and connect the catalogue's `label` block after this one."
            text.report(ProblemKind.SIGNATURE, text.place(node), f"{where.capitalize()} cannot be text", instead)
        case None:
            return None
        case _:
            message = f"{ast.unparse(node)[:60]} is not a valid type for {where}"
            text.report(ProblemKind.SIGNATURE, text.place(node), message, example)
    return None


def _dimension(node: ast.expr, text: BlockText) -> int | str | None:
    match node:
        case ast.Constant(value=int(size)) if not isinstance(size, bool) and 1 <= size <= MAX_ELEMENTS:
            return size
        case ast.Constant(value=str(name)) if name.isidentifier():
            return name
    instead = f'Write a number from 1 to {MAX_ELEMENTS}, or a name in quotes for any size: `"n"`.'
    text.report(ProblemKind.SIGNATURE, text.place(node), f"{ast.unparse(node)[:60]} is not a valid dimension", instead)
    return None


def _refuse_decorators(node: ast.FunctionDef, text: BlockText) -> None:
    for decorator in node.decorator_list:
        text.report(
            ProblemKind.OUTSIDE, text.place(decorator), "A block's functions cannot have decorators", "Remove it."
        )


def _input_shape(argument: ast.arg, text: BlockText) -> ArrayShape | Scalar | None:
    if argument.annotation is None:
        instead = f'Add a type: `{argument.arg}: f32["n"]`.'
        text.report(ProblemKind.SIGNATURE, text.place(argument), f"The input {argument.arg} has no type", instead)
        return None
    if _is_state(argument.annotation):
        instead = "Move it after the `*`."
        text.report(
            ProblemKind.SIGNATURE, text.place(argument), f"The state {argument.arg} is listed with the inputs", instead
        )
        return None
    shape = read_shape(argument.annotation, text, "an input")
    if shape is Scalar.BOOL:
        instead = "Write `u8[1]` and test whether it is 0."
        text.report(
            ProblemKind.SIGNATURE, text.place(argument.annotation), "Inputs and outputs cannot be bool", instead
        )
        return None
    return shape


def _is_state(node: ast.expr | None) -> bool:
    head = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(head, ast.Name) and head.id == "State"


def _state(argument: ast.arg, default: ast.expr | None, text: BlockText) -> TensorParameter | None:
    if default is not None:
        instead = "Remove the default. If the first run differs, count the runs in a state."
        text.report(ProblemKind.SIGNATURE, text.place(default), "A state has no default: it starts as zeros", instead)
    within = argument.annotation.slice if isinstance(argument.annotation, ast.Subscript) else None
    shape = read_shape(within, text, "a state") if within is not None else None
    if within is None or isinstance(shape, Scalar):
        array_type = f"{shape}[1]" if isinstance(shape, Scalar) and shape.is_float else "i64[1]"
        message = f"The state {argument.arg} is a single number; a state must be an array"
        instead = f"Write `{argument.arg}: State[{array_type}]` and use `{argument.arg}[0]`."
        text.report(ProblemKind.SIGNATURE, text.place(argument), message, instead)
        return None
    return None if shape is None else TensorParameter(argument.arg, shape)


def _setting(argument: ast.arg, default: ast.expr | None, text: BlockText) -> Setting | None:
    name = argument.arg
    instead = f"Write `{name}: f32 = 0.5` or `{name}: int = 3`; a state is `{name}: State[f32[16]]`."
    annotation = argument.annotation
    kind = annotation.id if isinstance(annotation, ast.Name) else ""
    if (kind not in SCALARS and kind not in ELEMENTS) or kind == "bool":
        place = text.place(annotation if annotation is not None else argument)
        text.report(ProblemKind.SIGNATURE, place, f"The parameter {name} must be a single number", instead)
        return None
    scalar = SCALARS.get(kind, Scalar.INT)
    least, most = limits_of(ELEMENTS[kind]) if scalar is Scalar.INT and kind in ELEMENTS else (LEAST, MOST)
    largest = 3.4028234663852886e38 if scalar is Scalar.F32 else 1.7976931348623157e308
    low, high = (least, most) if scalar is Scalar.INT else (-largest, largest)
    value = None
    if default is not None:
        value = _number(default)
        if value is None or not low <= value <= high or (scalar is Scalar.INT and not isinstance(value, int)):
            message = f"The default of {name} must be a number that fits in {kind}"
            text.report(ProblemKind.SIGNATURE, text.place(default), message, instead)
            return None
        value = to_f32(value) if scalar is Scalar.F32 else float(value) if scalar is Scalar.F64 else value
    return Setting(name, scalar, value, low, high)


def _number(node: ast.expr) -> int | float | None:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value if not isinstance(value, bool) else None
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and math.isfinite(value):
            return value
    return None


def _outputs(node: ast.FunctionDef, text: BlockText) -> list[ArrayShape | Scalar]:
    match node.returns:
        case None | ast.Constant(value=None):
            instead = f'Add the type of its output: `def {node.name}(...) -> f32["n"]:`.'
            text.report(ProblemKind.SIGNATURE, text.word(node, node.name), "A block must declare its outputs", instead)
            return []
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
            shapes = [read_shape(part, text, "an output") for part in parts]
        case annotation:
            shapes = [read_shape(annotation, text, "an output")]
    for shape in shapes:
        if shape is Scalar.BOOL:
            message = "Inputs and outputs cannot be bool"
            text.report(ProblemKind.SIGNATURE, text.place(node.returns), message, "Write `-> u8[1]` and return 0 or 1.")
    return [shape for shape in shapes if shape is not None]


def _require_known_names(
    node: ast.FunctionDef,
    inputs: Sequence[TensorParameter],
    states: Sequence[TensorParameter],
    outputs: Sequence[ArrayShape | Scalar],
    text: BlockText,
) -> None:
    known_names = {
        each for parameter in inputs if isinstance(parameter.shape, ArrayShape) for each in parameter.shape.dimensions
    }
    for shape in (*(state.shape for state in states), *outputs):
        for name in shape.dimensions if isinstance(shape, ArrayShape) else ():
            if isinstance(name, str) and name not in known_names:
                message = f'No input has the dimension "{name}", so its size is unknown'
                text.report(
                    ProblemKind.SIGNATURE,
                    text.word(node, node.name),
                    message,
                    "Write a number, or use the name in an input's type.",
                )
