"""Pipeline and models to a target's program: every stage becomes steps, every tensor a place, every op a call of the
target's kernels. Memory is not yet decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rune.abi import Output as OutputKind
from rune.anvil.c_text import C_TYPES
from rune.anvil.dead_channels import without_dead_channels
from rune.anvil.errors import BadArgument, BadModel, MissingKernel, UnsupportedModel
from rune.anvil.kernel_call import Constant, Input, KernelArgument, KernelStructure, Output, Scratch
from rune.anvil.messages import message_size
from rune.anvil.operation import Contradiction, Op
from rune.anvil.ops import OPERATIONS
from rune.anvil.program import (
    Argument,
    Buffer,
    BufferPlace,
    Call,
    CapabilityRequest,
    ConstantPlace,
    HostModel,
    HostResource,
    Infer,
    Lifetime,
    Mark,
    Message,
    ModelPlace,
    Number,
    OutputRequest,
    Place,
    Pointer,
    Program,
    ReadCapability,
    ResourcePlace,
    SendOutput,
    Step,
    Structure,
    Tensor,
)
from rune.anvil.program import Constant as ConstantBytes
from rune.anvil.support import unsupported
from rune.anvil.target import Target
from rune.blocks.signature import BlockError, HostText
from rune.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline, Port
from rune.tensor import ElementType, TensorType
from rune.tflite import Model

PIPELINE = 0
"""The part of the program that is no model."""
MODEL_PARTS = 3
"""How many parts models have to themselves; where there are more models, they share."""


def lower(
    pipeline: Pipeline,
    models: Mapping[str, Model],
    target: Target,
    hosted: Mapping[str, bytes | None] | None = None,
    *,
    watched: Iterable[Port] = (),
    timed: bool = False,
) -> Program:
    """The program of a checked pipeline; `models` that are compiled by the file names of their stages.

    `hosted` are the models that the host runs, by stage: what the rune carries of them, None where only the host has
    it. What flows out of the `watched` ports is sent too, when all stages are done: each through a TENSOR output of its
    own, behind those of the pipeline. A `timed` program tells its host when each stage ends: two marks before the
    first, between which there is nothing but a mark, and one after each. Raises `UnsupportedModel`, `MissingKernel`,
    `BadModel` and `BadArgument`, and `ValueError` for a port that is not there.
    """
    lowering = _Lowering(models, target, hosted or {})
    if timed:
        lowering.mark("")
        lowering.mark("")
    for stage in pipeline.stages:
        match stage:
            case CapabilityStage():
                lowering.capability(stage)
            case BlockStage():
                lowering.block(stage)
            case ModelStage():
                lowering.model(stage)
            case OutputStage():
                lowering.output(stage)
        if timed:
            lowering.mark(stage.name)
    for port in watched:
        lowering.watch(port)
    return lowering.program()


class _Lowering:
    """The program as it grows, and where each port's tensor lies so far."""

    def __init__(self, models: Mapping[str, Model], target: Target, hosted: Mapping[str, bytes | None]) -> None:
        self._models = models
        self._target = target
        self._hosted = hosted
        self._buffers: list[Buffer] = []
        self._constants: dict[ConstantBytes, int] = {}
        self._models_lowered = 0
        self._capabilities: list[CapabilityRequest] = []
        self._host_models: list[HostModel] = []
        self._embedded: dict[bytes, int] = {}
        self._resources: dict[str, HostResource] = {}
        self._outputs: list[OutputRequest] = []
        self._messages: list[Message] = []
        self._steps: list[Step] = []
        self._tensors: dict[Port, Tensor] = {}

    def program(self) -> Program:
        return Program(
            tuple(self._buffers),
            tuple(self._constants),
            tuple(self._capabilities),
            tuple(self._outputs),
            tuple(self._messages),
            tuple(self._steps),
            1 + min(self._models_lowered, MODEL_PARTS),
            tuple(self._host_models),
            tuple(self._resources.values()),
            tuple(self._embedded),
        )

    def mark(self, stage: str) -> None:
        self._steps.append(Mark(stage))

    def capability(self, stage: CapabilityStage) -> None:
        tensor = Tensor(self._buffer(stage.name, self._size(stage.output)), stage.output)
        self._tensors[Port(stage.name, 0)] = tensor
        self._steps.append(ReadCapability(len(self._capabilities), tensor))
        self._capabilities.append(CapabilityRequest(stage.name, stage.kind, stage.parameters, stage.output))

    def block(self, stage: BlockStage) -> None:
        inputs = [self._tensors[port] for port in stage.inputs]
        try:
            code = stage.block.code(tuple(tensor.type for tensor in inputs), stage.arguments)
        except BlockError as error:
            raise BadArgument(stage.name, error.message) from error
        arguments: list[Argument] = [Pointer(tensor.place, C_TYPES[tensor.type.element]) for tensor in inputs]
        for index, output in enumerate(stage.outputs):
            place = self._buffer(f"{stage.name}.{index}", self._size(output.type))
            self._tensors[Port(stage.name, index)] = Tensor(place, output.type, output.text_bound)
            arguments.append(Pointer(place, C_TYPES[output.type.element], writes=True))
        if code.state_size:
            state = self._buffer(f"{stage.name} state", code.state_size, Lifetime.KEPT)
            arguments.append(Pointer(state, "void", writes=True))
        if code.scratch_size:
            arguments.append(Pointer(self._buffer(f"{stage.name} scratch", code.scratch_size), "void", writes=True))
        arguments += [self._text(text) for text in code.texts]
        arguments += [Pointer(self._constant(data, PIPELINE), "void") for data in code.constants]
        arguments += [Number(value) for value in code.numbers]
        self._steps.append(Call(stage.name, stage.block.header, code.function, tuple(arguments)))

    def model(self, stage: ModelStage) -> None:
        if stage.name in self._hosted:
            self._host_model(stage, self._hosted[stage.name])
            return
        file = stage.file or ""
        model = self._models[file]
        lacking = unsupported(model)
        if lacking:
            raise UnsupportedModel(file, lacking)
        model = without_dead_channels(model)
        self._models_lowered += 1
        places: dict[int, Place] = {}
        for index, port in zip(model.inputs, stage.inputs, strict=True):
            places[index] = self._tensors[port].place
        for number, operator in enumerate(model.operators):
            self._operator(stage, model, places, number, operator.op)
        for position, index in enumerate(model.outputs):
            place = self._place(model, places, index)
            self._tensors[Port(stage.name, position)] = Tensor(place, stage.outputs[position])

    def _host_model(self, stage: ModelStage, data: bytes | None) -> None:
        embedded = None if data is None else ModelPlace(self._embedded.setdefault(data, len(self._embedded)))
        source: ModelPlace | ResourcePlace
        if stage.resource is not None and stage.capacity is not None:
            source = self._resource(stage.resource, stage.capacity, embedded, len(data or b""))
        elif embedded is not None:
            source = embedded
        else:
            raise ValueError(f"there is nothing to give to the host for {stage.name}")
        outputs = [self._buffer(f"{stage.name}.{index}", kind.size) for index, kind in enumerate(stage.outputs)]
        for index, (place, kind) in enumerate(zip(outputs, stage.outputs, strict=True)):
            self._tensors[Port(stage.name, index)] = Tensor(place, kind)
        inputs = tuple(self._tensors[port].place for port in stage.inputs)
        self._steps.append(Infer(len(self._host_models), inputs, tuple(outputs)))
        self._host_models.append(HostModel(stage.format, source, stage.input_types, stage.outputs))

    def _text(self, text: HostText) -> ResourcePlace:
        data = None if text.default is None else text.default.encode()
        default = None if data is None else self._constant(data, PIPELINE)
        return self._resource(text.resource, text.capacity, default, len(data or b""))

    def _resource(
        self, name: str, capacity: int, default: ConstantPlace | ModelPlace | None, default_size: int
    ) -> ResourcePlace:
        """The resource of that name, which comes into the program when it is first asked for."""
        if name not in self._resources:
            buffer = self._buffer(f"the resource {name}", capacity + 1, Lifetime.KEPT)
            self._resources[name] = HostResource(name, buffer, capacity, default, default_size)
        return ResourcePlace(list(self._resources).index(name))

    def output(self, stage: OutputStage) -> None:
        self._send(OutputRequest(stage.name, stage.kind), tuple(self._tensors[port] for port in stage.inputs))

    def watch(self, port: Port) -> None:
        if port not in self._tensors:
            raise ValueError(f"there is no output {port.index} of a stage {port.stage}")
        self._send(OutputRequest(port.stage, OutputKind.TENSOR), (self._tensors[port],))

    def _send(self, request: OutputRequest, tensors: tuple[Tensor, ...]) -> None:
        self._steps.append(SendOutput(len(self._outputs), tensors, len(self._messages)))
        self._outputs.append(request)
        self._messages.append(Message(request.kind, message_size(request.kind, tensors)))

    def _operator(self, stage: ModelStage, model: Model, places: dict[int, Place], number: int, name: str) -> None:
        operator = model.operators[number]
        op = Op.of(model, operator)
        try:
            computation = OPERATIONS[name].computation(op)
        except Contradiction as contradiction:
            raise BadModel(stage.file or "", f"operator {number}, {name}: {contradiction}") from contradiction
        if computation is None:
            places[operator.outputs[0]] = self._place(model, places, operator.inputs[0])
            return
        kernel = self._target.kernels.kernel(computation)
        if kernel is None:
            raise MissingKernel(stage.file or "", type(computation).__name__, self._target.kernels.name)
        call = kernel.pack(computation)
        for index in operator.outputs:
            kind = model.tensors[index].type
            places[index] = self._buffer(f"{stage.name} tensor {index}", 0 if kind is None else kind.size)
        where = f"{stage.name} {name} {number}"
        part = self._model_part()

        def resolve(argument: KernelArgument) -> Argument:
            match argument:
                case Input(index, element):
                    return Pointer(self._place(model, places, operator.inputs[index]), element)
                case Output(index, element):
                    return Pointer(places[operator.outputs[index]], element, writes=True)
                case Scratch(element, size):
                    return Pointer(self._buffer(f"{where} scratch", size), element, writes=True)
                case Constant(element, data):
                    return Pointer(self._constant(data, part), element)
                case KernelStructure(kind, fields):
                    return Structure(kind, tuple((key, self._field(value, part)) for key, value in fields))
                case Number():
                    return argument

        arguments = tuple(resolve(argument) for argument in call.arguments)
        self._steps.append(Call(where, kernel.header, call.function, arguments, part))

    def _model_part(self) -> int:
        """The part of the model that is being lowered."""
        return 1 + (self._models_lowered - 1) % MODEL_PARTS

    def _field(
        self, value: int | float | tuple[int, ...] | Constant | None, part: int
    ) -> int | float | tuple[int, ...] | Pointer | None:
        return Pointer(self._constant(value.data, part), value.element) if isinstance(value, Constant) else value

    def _place(self, model: Model, places: dict[int, Place], index: int) -> Place:
        """Where a tensor of a model lies; a constant comes into the program when it is first asked for."""
        if index not in places:
            places[index] = self._constant(bytes(model.tensors[index].data or b""), self._model_part())
        return places[index]

    def _size(self, kind: TensorType) -> int:
        """Bytes of a tensor on the target."""
        return kind.count * self._target.limits.text_size if kind.element is ElementType.UTF8 else kind.size

    def _buffer(self, name: str, size: int, lifetime: Lifetime = Lifetime.RUN) -> BufferPlace:
        self._buffers.append(Buffer(name, size, lifetime))
        return BufferPlace(len(self._buffers) - 1)

    def _constant(self, data: bytes, part: int) -> ConstantPlace:
        return ConstantPlace(self._constants.setdefault(ConstantBytes(data, part), len(self._constants)))
