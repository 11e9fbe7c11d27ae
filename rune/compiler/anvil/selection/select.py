"""Selects kernels: turns a graph into a target's program, with a call of a kernel for each op, packed constants and
scratch. Memory is planned later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rune.blocks.signature import BlockPace, Count, HostText
from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.errors import MissingKernel
from rune.compiler.anvil.graph import BlockCall, Capture, CounterCall, Graph, HostInference, Node, Send, StageEnd
from rune.compiler.anvil.kernel_call import (
    ConstantPointer,
    InputPointer,
    KernelArgument,
    KernelCall,
    KernelStructure,
    OutputPointer,
    Scratch,
)
from rune.compiler.anvil.kernel_set import Kernel
from rune.compiler.anvil.memory.borrowed import with_borrowed_inputs
from rune.compiler.anvil.program import (
    Argument,
    BufferPlace,
    CapabilityRequest,
    ConstantPlace,
    Counters,
    ElementCount,
    HostModel,
    HostResource,
    Infer,
    KernelInvocation,
    Lifetime,
    Mark,
    Message,
    ModelPlace,
    Number,
    OutputRequest,
    Pointer,
    Program,
    ReadCapability,
    ResourcePlace,
    Row,
    RowLoop,
    RowStage,
    RowWindow,
    SendOutput,
    Step,
    Structure,
)
from rune.compiler.anvil.rows import RowByRow
from rune.compiler.anvil.selection.byte_price import byte_price
from rune.compiler.anvil.selection.messages import message_size
from rune.compiler.anvil.selection.places import PIPELINE, SharedScratch, Spot, ValuePlaces
from rune.compiler.anvil.target import Target

MODEL_PARTS = 3
"""The maximum number of parts for models; more models share parts."""


def select(graph: Graph, target: Target, between: Callable[[], None] = lambda: None) -> Program:
    """Returns the program of a graph in the target's kernels, whose constants are proven here. `between` is called
    before each node, and may raise. Raises `MissingKernel`."""
    selection = _Selection(graph, target)
    for node in graph.nodes:
        between()
        selection.node(node)
    return selection.program()


class _Selection:
    """Builds the program node by node."""

    def __init__(self, graph: Graph, target: Target) -> None:
        self._graph = graph
        self._target = target
        self._byte_price = target.bytes_matter * byte_price(graph, target.kernels)
        self._files = {model.stage: model.file for model in graph.models}
        self._parts = {model.stage: 1 + number % MODEL_PARTS for number, model in enumerate(graph.models)}
        self._places = ValuePlaces(graph, target)
        self._capabilities: list[CapabilityRequest] = []
        self._host_models: list[HostModel] = []
        self._kernels: dict[int, tuple[Kernel, tuple[KernelCall, ...]]] = {}
        """Kernels and their calls by the identity of a computation of the graph."""
        self._embedded_models: dict[bytes, int] = {}
        self._resources: dict[str, HostResource] = {}
        self._outputs: list[OutputRequest] = []
        self._messages: list[Message] = []
        self._steps: list[Step] = []
        self._counters: Counters | None = None
        self._paces: list[BlockPace] = []
        """The pace of each gate."""
        self._needs: list[tuple[int, ...]] = []
        self._needed_gates: dict[int, frozenset[int]] = {}
        """The gates that the contents of each storage depend on."""

    def program(self) -> Program:
        program = Program(
            tuple(self._places.buffers),
            tuple(self._places.constants),
            tuple(self._capabilities),
            tuple(self._outputs),
            tuple(self._messages),
            tuple(self._steps),
            1 + min(len(self._graph.models), MODEL_PARTS),
            tuple(self._host_models),
            tuple(self._resources.values()),
            gates=tuple(self._paces),
            needs=tuple(self._needs) if self._paces else (),
            embedded_models=tuple(self._embedded_models),
            layers={name: layer for model in self._graph.models for name, layer in model.layers.items()},
            counters=self._counters,
        )
        return program if self._target.makes_rune else with_borrowed_inputs(program)

    def node(self, node: Node) -> None:
        """Appends the steps of a node, which need the gates of everything that it reads."""
        needed_gates = self._gates_of(node)
        before = len(self._paces)
        self._append(node)
        self._needs += [tuple(sorted(needed_gates))] * (len(self._steps) - len(self._needs))
        gates = needed_gates | frozenset(range(before, len(self._paces)))
        for index in node.outputs:
            storage = self._graph.storage(index)
            self._needed_gates[storage] = self._needed_gates.get(storage, frozenset()) | gates

    def _gates_of(self, node: Node) -> frozenset[int]:
        """Returns the gates that the inputs of a node depend on."""
        nothing: frozenset[int] = frozenset()
        return nothing.union(*(self._needed_gates.get(self._graph.storage(index), nothing) for index in node.reads))

    def _append(self, node: Node) -> None:
        match node.work:
            case Computation():
                self._steps.extend(self._op(node, node.work))
            case BlockCall():
                self._steps.append(self._block(node, node.work))
            case HostInference():
                self._steps.append(self._host_model(node, node.work))
            case Capture(request):
                self._steps.append(ReadCapability(len(self._capabilities), self._places.output(node, 0)))
                self._capabilities.append(request)
            case Send(request):
                tensors = tuple(self._places.tensor(index, PIPELINE) for index in node.inputs)
                self._steps.append(SendOutput(len(self._outputs), tensors, len(self._messages)))
                self._outputs.append(request)
                self._messages.append(Message(request.kind, message_size(request.kind, tensors)))
            case CounterCall():
                self._steps.append(self._counter_call(node, node.work))
            case StageEnd(stage):
                self._steps.append(Mark(stage))

    def _op(self, node: Node, computation: Computation) -> Sequence[Step]:
        part = self._parts.get(node.stage, PIPELINE)
        for number in range(len(node.outputs)):
            self._places.output(node, number, part)
        if isinstance(computation, RowByRow):
            return [self._rows(node, computation, part)]
        return self._calls(
            node,
            computation,
            lambda index: Spot(self._places.place(node.inputs[index], part)),
            lambda index: Spot(self._places.place(node.outputs[index], part)),
            lambda _, size: self._places.buffer(f"{node.name} scratch", size),
        )

    def _rows(self, node: Node, work: RowByRow, part: int) -> RowLoop:
        """Returns the loop for a chain. Each stage writes its rows to the window of the next, the last one to the
        output."""
        source, output = self._places.place(node.inputs[0], part), self._places.place(node.outputs[0], part)
        windows = [self._window(work, number) for number in range(len(work.stages))]
        scratch = SharedScratch(f"{node.name} scratch", self._places.buffers)
        stages = []
        for number, (stage, window) in enumerate(zip(work.stages, windows, strict=True)):
            row = Row(number, stage.row_size)
            step = Row(number, stage.work.step * work.source_row_size)
            stage_input = Spot(source, step) if window is None else Spot(window.place)
            operands = [
                stage_input if index is None else Spot(self._places.place(node.inputs[index], part), row)
                for index in stage.inputs
            ]
            following = next(iter(windows[number + 1 :]), None)
            stage_output = [Spot(output, row) if following is None else Spot(following.newest)]
            its = replace(node, name=stage.name)
            calls = self._calls(
                its, stage.work.computation, operands.__getitem__, stage_output.__getitem__, scratch.place
            )
            stages.append(RowStage(calls, stage.rows, window))
        return RowLoop(source, tuple(stages))

    def _window(self, work: RowByRow, number: int) -> RowWindow | None:
        """Returns the window of a stage; None if it reads the source directly."""
        size, stage = work.window_size(number), work.stages[number]
        if not size:
            return None
        place, its = self._places.buffer(f"{stage.name} rows", size), stage.work
        return RowWindow(
            place, work.input_row_size(number), its.height, its.step, its.before, its.source_rows, its.padding
        )

    def _calls(
        self,
        node: Node,
        computation: Computation,
        input_place: Callable[[int], Spot],
        output_place: Callable[[int], Spot],
        scratch: Callable[[int, int], BufferPlace],
    ) -> tuple[KernelInvocation, ...]:
        """Returns the calls of a computation's kernel. `input_place` and `output_place` return the places of inputs and
        outputs by number; `scratch` that of scratch memory by number and size."""
        kernel, calls = self._kernel_calls(node, computation)
        part = self._parts.get(node.stage, PIPELINE)

        def resolve(argument: KernelArgument, number: int) -> Argument:
            match argument:
                case InputPointer(index, element):
                    return input_place(index).pointer(element)
                case OutputPointer(index, element):
                    return output_place(index).pointer(element, writes=True)
                case Scratch(element, size):
                    return Pointer(scratch(number, size), element, writes=True)
                case ConstantPointer(element, data):
                    return Pointer(self._places.constant(data, part), element)
                case KernelStructure(kind, fields):
                    return Structure(kind, tuple((key, self._field(value, part)) for key, value in fields))
                case Number():
                    return argument

        return tuple(
            KernelInvocation(
                node.name,
                kernel.header,
                call.function,
                tuple(resolve(argument, number) for number, argument in enumerate(call.arguments)),
                part,
                call.proof,
            )
            for call in calls
        )

    def _kernel_calls(self, node: Node, computation: Computation) -> tuple[Kernel, tuple[KernelCall, ...]]:
        """Returns the kernel of a computation and its calls. They are shared by nodes with the same computation, such
        as those of a loop's iterations."""
        cached_kernel = self._kernels.get(id(computation))
        if cached_kernel is not None:
            return cached_kernel
        kernel = self._target.kernels.kernel(computation, self._byte_price)
        if kernel is None:
            kind = type(computation).__name__
            raise MissingKernel(self._files.get(node.stage, node.stage), kind, self._target.kernels.name)
        self._kernels[id(computation)] = kernel, kernel.calls(computation)
        return self._kernels[id(computation)]

    def _block(self, node: Node, work: BlockCall) -> KernelInvocation:
        code = work.code
        tensors = [self._places.tensor(index, PIPELINE) for index in node.inputs]
        arguments: list[Argument] = [Pointer(tensor.place, C_TYPES[tensor.type.element]) for tensor in tensors]
        for index in node.outputs:
            self._places.reserve(index)  # a tensor's sizes and its texts' memory stand behind it
        for index in node.outputs:
            tensor = self._places.tensor(index, PIPELINE)
            element = "char" if index in self._places.text_memory else C_TYPES[tensor.type.element]
            arguments.append(Pointer(tensor.place, element, writes=True))
        if code.state_size:
            state = self._places.buffer(f"{node.name} state", code.state_size, Lifetime.PERSISTENT)
            arguments.append(Pointer(state, "void", writes=True))
        if code.scratch_size:
            arguments.append(
                Pointer(self._places.buffer(f"{node.name} scratch", code.scratch_size), "void", writes=True)
            )
        arguments += [self._text(text) for text in code.texts]
        arguments += [Pointer(self._places.constant(data, PIPELINE), "void") for data in code.constants]
        arguments += [self._number(value, work) for value in code.numbers]
        beside = tuple(self._places.place(index, PIPELINE) for index in node.keeps)
        gate = None
        if code.pace is not None:
            gate = len(self._paces)
            before = [self._paces[each] for each in self._gates_of(node)]
            first, every = (max((getattr(pace, key) for pace in before), default=1) for key in ("first", "every"))
            self._paces.append(code.pace.behind(BlockPace(first, every)))
        return KernelInvocation(node.name, work.header, code.function, tuple(arguments), gate=gate, beside=beside)

    def _counter_call(self, node: Node, work: CounterCall) -> KernelInvocation:
        tensors = [self._places.tensor(index, PIPELINE) for index in node.inputs]
        arguments: list[Argument] = [Pointer(tensor.place, C_TYPES[tensor.type.element]) for tensor in tensors]
        for number in range(len(node.outputs)):
            result = self._places.output(node, number)
            arguments.append(Pointer(result.place, C_TYPES[result.type.element], writes=True))
        if work.counters:
            place = self._places.buffer("counters", 4 * work.counters, Lifetime.PERSISTENT)
            self._counters = Counters(place, work.counters, len(self._steps))
            arguments.append(Pointer(place, "uint32_t", writes=True))
        arguments += [Pointer(self._places.constant(data, PIPELINE), kind) for kind, data in work.constants]
        arguments += map(Number, work.numbers)
        return KernelInvocation(node.name, work.header, work.function, tuple(arguments))

    def _number(self, value: int | float | Count, work: BlockCall) -> Number | ElementCount:
        if not isinstance(value, Count):
            return Number(value)
        tensor = self._places.tensor(work.tensors[value.input_index], PIPELINE)
        return ElementCount.of(tensor) or Number(tensor.type.count)

    def _host_model(self, node: Node, work: HostInference) -> Infer:
        data = work.data
        model_place = (
            None if data is None else ModelPlace(self._embedded_models.setdefault(data, len(self._embedded_models)))
        )
        source: ModelPlace | ResourcePlace
        if work.resource is not None and work.capacity is not None:
            source = self._resource(work.resource, work.capacity, model_place, len(data or b""))
        elif model_place is not None:
            source = model_place
        else:
            raise ValueError(f"there is nothing to give to the host for {node.name}")
        outputs = tuple(self._places.output(node, number) for number in range(len(node.outputs)))
        inputs = tuple(self._places.place(index, PIPELINE) for index in node.inputs)
        types = tuple(tensor.type for tensor in outputs)
        self._host_models.append(HostModel(work.format, source, work.input_types, types))
        return Infer(len(self._host_models) - 1, inputs, tuple(tensor.place for tensor in outputs))

    def _text(self, text: HostText) -> ResourcePlace:
        data = None if text.default is None else text.default.encode()
        default = None if data is None else self._places.constant(data, PIPELINE)
        return self._resource(text.resource, text.capacity, default, len(data or b""))

    def _resource(
        self, name: str, capacity: int, default: ConstantPlace | ModelPlace | None, default_size: int
    ) -> ResourcePlace:
        """Returns the resource with this name, and adds it to the program when it is first used."""
        if name not in self._resources:
            buffer = self._places.buffer(f"the resource {name}", capacity + 1, Lifetime.PERSISTENT)
            self._resources[name] = HostResource(name, buffer, capacity, default, default_size)
        return ResourcePlace(list(self._resources).index(name))

    def _field(
        self, value: int | float | tuple[int, ...] | ConstantPointer | None, part: int
    ) -> int | float | tuple[int, ...] | Pointer | None:
        return (
            Pointer(self._places.constant(value.data, part), value.element)
            if isinstance(value, ConstantPointer)
            else value
        )
