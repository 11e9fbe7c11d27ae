"""What a block's function says of itself: inputs, parameters, states and outputs, with dimensions that may be names."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rune.compiler.pyblock.numbers import ELEMENTS, LEAST, MOST, Scalar, limits_of, to_f32
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.source import BlockText
from rune.tensor import ElementType, TensorType

MAX_ELEMENTS = 1 << 24
"""Elements of one array."""
SCALARS = {"bool": Scalar.BOOL, "int": Scalar.INT, "f32": Scalar.F32, "f64": Scalar.F64, "float": Scalar.F64}
"""The types of single numbers, by their names."""


@dataclass(frozen=True)
class ArrayShape:
    """An element and dimensions: numbers, or names that the wires bind."""

    element: ElementType
    dimensions: tuple[int | str, ...]

    def bound(self, names: Mapping[str, int]) -> TensorType:
        """The type when its names are known."""
        return TensorType(
            self.element, tuple(names[each] if isinstance(each, str) else each for each in self.dimensions)
        )

    def __str__(self) -> str:
        return f"{self.element}[{', '.join(map(str, self.dimensions))}]"


@dataclass(frozen=True)
class Given:
    """A parameter that an array or, without dimensions, a single number comes in by."""

    name: str
    shape: ArrayShape | Scalar


@dataclass(frozen=True)
class Setting:
    """A keyword-only parameter: an argument of the Runefile. Without a default it must be given."""

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
    """What the function, or else the file, says of itself at its start."""
    inputs: tuple[Given, ...]
    settings: tuple[Setting, ...]
    states: tuple[Given, ...]
    outputs: tuple[ArrayShape | Scalar, ...]
    node: ast.FunctionDef

    @property
    def summary(self) -> str:
        """The first line of what it says of itself."""
        return self.documentation.partition("\n")[0]

    def names(self) -> tuple[str, ...]:
        """The names of dimensions, in the order of the inputs."""
        found = (
            each for given in self.inputs if isinstance(given.shape, ArrayShape) for each in given.shape.dimensions
        )
        return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))


class UnfitInput(Exception):
    """An input that the signature does not take. `index` says which, None when their count is wrong."""

    def __init__(self, message: str, index: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


def bind(signature: BlockSignature, types: Sequence[TensorType]) -> dict[str, int]:
    """What the names of dimensions are for these inputs. Raises `UnfitInput`."""
    if len(types) != len(signature.inputs):
        raise UnfitInput(f"{signature.name} takes {len(signature.inputs)} inputs and not {len(types)}", None)
    names: dict[str, int] = {}
    for index, (given, type_) in enumerate(zip(signature.inputs, types, strict=True)):
        if isinstance(given.shape, Scalar):
            element = {Scalar.F32: ElementType.F32, Scalar.F64: ElementType.F64}.get(given.shape, ElementType.I64)
            if type_.element is not element or type_.count != 1:
                raise UnfitInput(f"{signature.name} takes one {element} as {given.name} and not {type_}", index)
            continue
        wanted = f"{signature.name} takes {given.shape} as {given.name} and not {type_}"
        sizes = _without_ones(type_.dimensions, len(given.shape.dimensions))
        if given.shape.element is not type_.element or sizes is None:
            raise UnfitInput(wanted, index)
        for dimension, size in zip(given.shape.dimensions, sizes, strict=True):
            if isinstance(dimension, int) and dimension != size:
                raise UnfitInput(wanted, index)
            if isinstance(dimension, str) and names.setdefault(dimension, size) != size:
                raise UnfitInput(f"{wanted}: {dimension} is {names[dimension]} already", index)
        if type_.count < 1:
            raise UnfitInput(f"{wanted}, which has no elements", index)
    return names


def _without_ones(sizes: tuple[int, ...], rank: int) -> tuple[int, ...] | None:
    """The sizes of a tensor for a signature with that many: `f32[1, 6]` is six in a row too. None for others."""
    if len(sizes) == rank:
        return sizes
    inner = tuple(size for size in sizes if size != 1) or (1,)
    return inner if len(inner) == rank else None


def output_type(shape: ArrayShape | Scalar, names: Mapping[str, int]) -> TensorType:
    """The tensor of an output; a single number is a tensor of one element."""
    if isinstance(shape, ArrayShape):
        return shape.bound(names)
    return TensorType({Scalar.F32: ElementType.F32, Scalar.F64: ElementType.F64}.get(shape, ElementType.I64), (1,))


_OTHER_NAMES = {"float": "f32", "int": "i32", "bool": "u8"}
"""Python's names of numbers, which are no elements of arrays."""


def block_function(tree: ast.Module, text: BlockText) -> ast.FunctionDef | None:
    """The function that is the block: the one with the file's name, or the only one."""
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
    text.report(Kind.SIGNATURE, text.word(functions[0], functions[0].name) if functions else place, message, instead)
    return None


def read_signature(tree: ast.Module, text: BlockText) -> BlockSignature | None:
    """The block's signature, or None when a problem was reported."""
    node = block_function(tree, text)
    if node is None:
        return None
    before = len(text.problems)
    _refuse_decorators(node, text)
    arguments = node.args
    for variadic in (arguments.vararg, arguments.kwarg):
        if variadic is not None:
            message = "A block takes no number of inputs that is open"
            text.report(Kind.SIGNATURE, text.place(variadic), message, "Name each input.")
    given = (*arguments.posonlyargs, *arguments.args)
    set_by_default = given[len(given) - len(arguments.defaults) :]
    for each, value in zip(set_by_default, arguments.defaults, strict=True):
        kind = "int" if isinstance(_number(value), int) else "f32"
        instead = (
            f"Put a `*` before it, which makes it a parameter: `*, {each.arg}: {kind} = {ast.unparse(value)[:30]}`."
        )
        text.report(Kind.SIGNATURE, text.place(each), f"{each.arg} has a default, and a wire gives inputs", instead)
    inputs = [
        Given(each.arg, shape)
        for each in given[: len(given) - len(arguments.defaults)]
        if (shape := _input_shape(each, text)) is not None
    ]
    if not (arguments.posonlyargs or arguments.args):
        instead = 'Write an input before the `*`: `x: f32["n"]`.'
        text.report(Kind.SIGNATURE, text.word(node, node.name), "A block has at least one input", instead)
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
    said = (ast.get_docstring(node) or ast.get_docstring(tree) or "").strip()
    return BlockSignature(node.name, said, tuple(inputs), tuple(settings), tuple(states), tuple(outputs), node)


def read_shape(node: ast.expr | None, text: BlockText, where: str) -> ArrayShape | Scalar | None:
    """The type that an annotation says; None when a problem was reported. `where` is what has it, for the message."""
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
            text.report(Kind.SIGNATURE, text.place(node), f"A single whole number is an int and not {name}", instead)
        case ast.Name(id="list") | ast.Subscript(value=ast.Name(id="list")):
            message = "A list has no size, and the memory of a rune is fixed"
            text.report(Kind.SIGNATURE, text.place(node), message, 'Write an array: `f32["n"]` or `f32[16]`.')
        case ast.Tuple():
            listed = ", ".join(ast.unparse(each) for each in node.elts)[:60].replace("'", '"')
            message = "Several outputs are a tuple"
            text.report(Kind.SIGNATURE, text.place(node), message, f"Write `tuple[{listed}]`.")
        case ast.Subscript(value=ast.Name(id=name), slice=within) if name in _OTHER_NAMES:
            size = ast.unparse(within)[:30].replace("'", '"')
            meant = f"Write `{_OTHER_NAMES[name]}[{size}]`."
            text.report(Kind.SIGNATURE, text.place(node), f"An array of {name} is none of a rune", meant)
        case ast.Name(id="str"):
            instead = "Give a number, and put the catalogue's `label` behind the block."
            text.report(Kind.SIGNATURE, text.place(node), f"A text is no type of {where}", instead)
        case None:
            return None
        case _:
            message = f"{ast.unparse(node)[:60]} is no type of {where}"
            text.report(Kind.SIGNATURE, text.place(node), message, example)
    return None


def _dimension(node: ast.expr, text: BlockText) -> int | str | None:
    match node:
        case ast.Constant(value=int(size)) if not isinstance(size, bool) and 1 <= size <= MAX_ELEMENTS:
            return size
        case ast.Constant(value=str(name)) if name.isidentifier():
            return name
    instead = f'Write a number from 1 to {MAX_ELEMENTS}, or a name in quotes that a wire binds: `"n"`.'
    text.report(Kind.SIGNATURE, text.place(node), f"{ast.unparse(node)[:60]} is no dimension", instead)
    return None


def _refuse_decorators(node: ast.FunctionDef, text: BlockText) -> None:
    for decorator in node.decorator_list:
        text.report(Kind.OUTSIDE, text.place(decorator), "A function has no decorators", "Remove it.")


def _input_shape(argument: ast.arg, text: BlockText) -> ArrayShape | Scalar | None:
    if argument.annotation is None:
        instead = f'Write what it is: `{argument.arg}: f32["n"]`.'
        text.report(Kind.SIGNATURE, text.place(argument), f"The input {argument.arg} has no type", instead)
        return None
    if _is_state(argument.annotation):
        instead = "Move it behind the `*`."
        text.report(Kind.SIGNATURE, text.place(argument), f"The state {argument.arg} stands among the inputs", instead)
        return None
    shape = read_shape(argument.annotation, text, "an input")
    if shape is Scalar.BOOL:
        instead = "Write `u8[1]` and ask whether it is 0."
        text.report(Kind.SIGNATURE, text.place(argument.annotation), "A wire carries no bool", instead)
        return None
    return shape


def _is_state(node: ast.expr | None) -> bool:
    head = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(head, ast.Name) and head.id == "State"


def _state(argument: ast.arg, default: ast.expr | None, text: BlockText) -> Given | None:
    if default is not None:
        instead = "Remove the default, and keep a count of runs in a state if the first one differs."
        text.report(Kind.SIGNATURE, text.place(default), "A state begins with zeros", instead)
    within = argument.annotation.slice if isinstance(argument.annotation, ast.Subscript) else None
    shape = read_shape(within, text, "a state") if within is not None else None
    if within is None or isinstance(shape, Scalar):
        kept = f"{shape}[1]" if isinstance(shape, Scalar) and shape.is_float else "i64[1]"
        message = f"The state {argument.arg} is a single number, which a function cannot change for its caller"
        instead = f"Write `{argument.arg}: State[{kept}]` and use `{argument.arg}[0]`."
        text.report(Kind.SIGNATURE, text.place(argument), message, instead)
        return None
    return None if shape is None else Given(argument.arg, shape)


def _setting(argument: ast.arg, default: ast.expr | None, text: BlockText) -> Setting | None:
    name = argument.arg
    instead = f"Write `{name}: f32 = 0.5` or `{name}: int = 3`; a state is `{name}: State[f32[16]]`."
    annotation = argument.annotation
    kind = annotation.id if isinstance(annotation, ast.Name) else ""
    if (kind not in SCALARS and kind not in ELEMENTS) or kind == "bool":
        place = text.place(annotation if annotation is not None else argument)
        text.report(Kind.SIGNATURE, place, f"The parameter {name} must be a single number", instead)
        return None
    scalar = SCALARS.get(kind, Scalar.INT)
    least, most = limits_of(ELEMENTS[kind]) if scalar is Scalar.INT and kind in ELEMENTS else (LEAST, MOST)
    largest = 3.4028234663852886e38 if scalar is Scalar.F32 else 1.7976931348623157e308
    low, high = (least, most) if scalar is Scalar.INT else (-largest, largest)
    value = None
    if default is not None:
        value = _number(default)
        if value is None or not low <= value <= high or (scalar is Scalar.INT and not isinstance(value, int)):
            message = f"The default of {name} must be a number that {kind} can hold"
            text.report(Kind.SIGNATURE, text.place(default), message, instead)
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
            instead = f'Write it behind the parameters: `def {node.name}(...) -> f32["n"]:`.'
            text.report(Kind.SIGNATURE, text.word(node, node.name), "A block says what it gives", instead)
            return []
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
            found = [read_shape(part, text, "an output") for part in parts]
        case annotation:
            found = [read_shape(annotation, text, "an output")]
    for shape in found:
        if shape is Scalar.BOOL:
            message = "A wire carries no bool"
            text.report(Kind.SIGNATURE, text.place(node.returns), message, "Write `-> u8[1]` and give 0 or 1.")
    return [shape for shape in found if shape is not None]


def _require_known_names(
    node: ast.FunctionDef,
    inputs: Sequence[Given],
    states: Sequence[Given],
    outputs: Sequence[ArrayShape | Scalar],
    text: BlockText,
) -> None:
    known = {each for given in inputs if isinstance(given.shape, ArrayShape) for each in given.shape.dimensions}
    for shape in (*(state.shape for state in states), *outputs):
        for name in shape.dimensions if isinstance(shape, ArrayShape) else ():
            if isinstance(name, str) and name not in known:
                message = f'No input has the dimension "{name}", so that nothing says what it is'
                text.report(Kind.SIGNATURE, text.word(node, node.name), message, "Write a number, or give an input it.")
