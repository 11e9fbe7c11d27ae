"""Reads a program of PyTorch as data: every operator of its graph is on the list, and nothing of the file is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lab.formats.keras.plain import as_list, as_object, as_text, parse_json
from lab.formats.pt2.archive import CONSTANTS, WEIGHTS, read_archive
from lab.formats.pt2.arguments import kind_of, name_of, read_argument, size_of, union_of
from lab.formats.pt2.arrays import read_arrays
from lab.formats.pt2.operators import ON_SIZES, SKIPPED_OPERATORS, is_converted
from lab.formats.pt2.program import Argument, Array, ProgramInput, ProgramNode, TorchProgram, ValueName
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

MOST_NODES: Final = 20_000
MAJORS: Final = range(8, 9)
"""Versions of the format whose meaning is known."""
_INPUTS = ("float32", "int32", "int64")
_OVERLOAD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ATEN, _OPERATOR, _KEYWORD = "torch.ops.aten.", "_operator.", 2


def read_pt2(path: Path) -> TorchProgram:
    """Reads a file. Raises `Refused`."""
    archive = read_archive(path)
    document = parse_json(archive.graph, "The graph")
    version = as_object(document.get("schema_version"), "The version of the format").get("major")
    if version not in MAJORS:
        raise Refused(
            Reason.NOT_CONVERTED, f"The .pt2 file has the format {plain(str(version))}; {MAJORS.start} is converted."
        )
    module = as_object(document.get("graph_module"), "The program")
    reader = _ProgramGraph(read_arrays(archive))
    graph = as_object(module.get("graph"), "The graph")
    signature = as_object(module.get("signature"), "The signature")
    reader.read_inputs(as_list(signature.get("input_specs"), "The inputs"), graph)
    for one in as_list(graph.get("nodes"), "The operators"):
        reader.read_node(as_object(one, "An operator"))
    outputs = reader.read_outputs(as_list(signature.get("output_specs"), "The outputs"))
    producer = plain(as_text(document.get("torch_version", "unknown"), "The version of PyTorch"))
    return TorchProgram(reader.nodes, reader.constants, tuple(reader.inputs), outputs, f"PyTorch {producer}")


@dataclass
class _ProgramGraph:
    """The graph of a file while it is read. `names_so_far` are those of values."""

    arrays: Mapping[str, Mapping[str, Array]]
    nodes: list[ProgramNode] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    inputs: list[ProgramInput] = field(default_factory=list)
    names_so_far: set[str] = field(default_factory=set)

    def read_inputs(self, specs: list[Any], graph: Mapping[str, Any]) -> None:
        """Reads what comes into the graph: arrays of the module, and inputs. Raises `Refused`."""
        values = as_object(graph.get("tensor_values"), "The values")
        for spec in specs:
            kind, content = union_of(spec, "An input")
            fields = as_object(content, "An input")
            match kind:
                case "user_input":
                    self._read_input(fields, values)
                case "parameter":
                    self._read_array(fields, WEIGHTS, fields.get("parameter_name"))
                case "buffer":
                    folder = WEIGHTS if fields.get("persistent") is not False else CONSTANTS
                    self._read_array(fields, folder, fields.get("buffer_name"))
                case "tensor_constant":
                    self._read_array(fields, CONSTANTS, fields.get("tensor_constant_name"))
                case _:
                    raise Refused(
                        Reason.NOT_CONVERTED,
                        f"The program has an input of the kind {plain(kind)}, which is not an array.",
                    )
        if not self.inputs:
            raise Refused(Reason.BROKEN, "The program has no inputs.")

    def _read_input(self, fields: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        argument = read_argument(fields.get("arg"), "An input")
        if not isinstance(argument, ValueName):
            raise Refused(
                Reason.NOT_CONVERTED, "The program has an input that is not an array, which is not converted."
            )
        title = f"The input {quoted(argument.name)}"
        meta = as_object(values.get(argument.name), title)
        shape = tuple(size_of(one, title) for one in as_list(meta.get("sizes"), title))
        kind = kind_of(meta.get("dtype"), title)
        if kind not in _INPUTS:
            raise Refused(Reason.NOT_CONVERTED, f"{title} is of {kind}, which is not converted.")
        self.inputs.append(ProgramInput(self._new(argument.name), shape, kind))

    def _read_array(self, fields: Mapping[str, Any], folder: str, value: Any) -> None:
        name = name_of(as_object(fields.get("arg"), "An array").get("name"), "An array")
        source = as_text(value, f"The array {quoted(name)}")
        if source not in self.arrays[folder]:
            raise Refused(Reason.BROKEN, f"The program has no array {quoted(source)}.")
        self.constants[self._new(name)] = self.arrays[folder][source]

    def read_node(self, fields: Mapping[str, Any]) -> None:
        """Reads one operator. Raises `Refused`."""
        if len(self.nodes) >= MOST_NODES:
            raise Refused(Reason.TOO_LARGE, f"The program has more than {MOST_NODES:,} operators.")
        target = _target(as_text(fields.get("target"), "An operator"))
        if target is None:
            return
        arguments: list[Argument] = []
        keywords: dict[str, Argument] = {}
        for value in as_list(fields.get("inputs"), f"The arguments of {target}"):
            one = as_object(value, f"An argument of {target}")
            name = name_of(one.get("name"), f"An argument of {target}")
            argument = read_argument(one.get("arg"), f"{target}.{name}")
            self._check(argument, target)
            if one.get("kind") == _KEYWORD or keywords:
                keywords[name] = argument
            else:
                arguments.append(argument)
        outputs, is_list = self._results(as_list(fields.get("outputs"), f"The results of {target}"), target)
        self.nodes.append(ProgramNode(target, tuple(arguments), keywords, outputs, is_list))

    def _results(self, values: list[Any], target: str) -> tuple[tuple[str, ...], bool]:
        names: list[str] = []
        is_list = False
        for value in values:
            kind, content = union_of(value, f"A result of {target}")
            match kind:
                case "as_tensor":
                    names.append(name_of(as_object(content, target).get("name"), target))
                case "as_sym_int" | "as_sym_bool" | "as_sym_float":
                    names.append(name_of(as_object(content, target).get("as_name"), target))
                case "as_tensors" if len(values) == 1:
                    is_list = True
                    names += [name_of(as_object(one, target).get("name"), target) for one in as_list(content, target)]
                case "as_none":
                    names.append("")
                case _:
                    raise Refused(
                        Reason.NOT_CONVERTED,
                        f"{target} gives a {plain(kind)}, which is not a result that can be converted.",
                    )
        return tuple(self._new(name) if name else "" for name in names), is_list

    def read_outputs(self, specs: list[Any]) -> tuple[str, ...]:
        """Reads the names of the outputs. Raises `Refused`."""
        names = []
        for spec in specs:
            kind, content = union_of(spec, "An output")
            if kind != "user_output":
                raise Refused(
                    Reason.NOT_CONVERTED,
                    f"The program has an output of the kind {plain(kind)}: it keeps numbers from one run to the next, "
                    "which is not converted.",
                )
            argument = read_argument(as_object(content, "An output").get("arg"), "An output")
            if not isinstance(argument, ValueName) or argument.name not in self.names_so_far:
                raise Refused(Reason.NOT_CONVERTED, "The program has an output that is no array of its graph.")
            names.append(argument.name)
        if not names:
            raise Refused(Reason.BROKEN, "The program has no outputs.")
        return tuple(names)

    def _check(self, argument: Argument, target: str) -> None:
        """Raises `Refused` unless an earlier operator gives each value of an argument."""
        if isinstance(argument, tuple):
            for one in argument:
                self._check(one, target)
        elif isinstance(argument, ValueName) and argument.name not in self.names_so_far:
            raise Refused(Reason.BROKEN, f"{target} reads {quoted(argument.name)}, which nothing before it gives.")

    def _new(self, name: str) -> str:
        if name in self.names_so_far:
            raise Refused(Reason.BROKEN, f"Two values are named {quoted(name)}.")
        self.names_so_far.add(name)
        return name


def _target(text: str) -> str | None:
    """The operator that a node names; None for one that only checks sizes. Raises `Refused`."""
    if text.startswith(_OPERATOR) and text.removeprefix(_OPERATOR) in ON_SIZES:
        return f"operator.{text.removeprefix(_OPERATOR)}"
    if not text.startswith("torch.ops."):
        raise Refused(Reason.UNKNOWN_LAYER, f"The program calls {quoted(text)}, which is not converted.")
    if not text.startswith(_ATEN):
        raise Refused(
            Reason.CUSTOM_OBJECT,
            f"The operator {plain(text.removeprefix('torch.ops.'))} is not of PyTorch's own list. Export the module "
            "without it.",
        )
    name, _, overload = text.removeprefix(_ATEN).partition(".")
    if name in SKIPPED_OPERATORS:
        return None
    if not is_converted(name) or not _OVERLOAD.fullmatch(overload):
        raise Refused(Reason.UNKNOWN_LAYER, f"The program has an operator {plain(name)}, which is not converted.")
    return f"aten.{name}.{overload}"
