"""Reads a checked pipeline as a graph: a node for each stage, and for each op of the compiled models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rune.abi import OutputKind
from rune.blocks.signature import BlockError, BlockOutput, RunTimeSizes
from rune.compiler.anvil.errors import BadArgument
from rune.compiler.anvil.graph import BlockCall, Capture, Graph, HostInference, Send, StageEnd, Value
from rune.compiler.anvil.program import CapabilityRequest, OutputRequest
from rune.compiler.anvil.reading.builder import GraphBuilder
from rune.compiler.anvil.reading.counting import BIN, count_call, statistic_call
from rune.compiler.anvil.reading.model import read_ops
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline, Watch
from rune.tensor import ElementType, TensorType
from rune.watch.layout import FeatureBins


def read_pipeline(
    pipeline: Pipeline,
    models: Mapping[str, Model],
    hosted_models: Mapping[str, bytes | None] | None = None,
    *,
    watched_ports: Iterable[Port] = (),
    timed: bool = False,
    profile: Profile = LITERT,
) -> Graph:
    """Returns the graph of a checked pipeline; `models` are the compiled models by the file names of their stages.

    `hosted_models` are the models that the host runs, by stage: the contents that the rune contains, None if only the
    host has it. The `watched_ports` are sent too, after all stages, each through its own TENSOR output after those of
    the pipeline. A `timed` program marks the end of each stage for its host, after two marks before the first that
    measure the cost of a mark. `profile` determines whose bits models reproduce. Raises `UnsupportedModel`, `BadModel`
    and `BadArgument`, and `ValueError` for an unknown port.
    """
    reading = _PipelineReader(models, hosted_models or {}, profile)
    if timed:
        reading.mark("")
        reading.mark("")
    for stage in pipeline.stages:
        match stage:
            case CapabilityStage():
                reading.capability(stage)
            case BlockStage():
                reading.block(stage)
            case ModelStage():
                reading.model(stage)
            case OutputStage():
                reading.output(stage)
        for feature in () if pipeline.watch is None else pipeline.watch.layout.features:
            if feature.stage == stage.name:
                reading.feature(feature)
        if timed:
            reading.mark(stage.name)
    if pipeline.watch is not None:
        reading.count(pipeline.watch)
    for port in watched_ports:
        reading.watch(port)
    return reading.builder.graph()


class _PipelineReader:
    """Builds the graph, with the value of each port so far."""

    def __init__(
        self, models: Mapping[str, Model], hosted_models: Mapping[str, bytes | None], profile: Profile
    ) -> None:
        self.builder = GraphBuilder()
        self._models = models
        self._hosted_models = hosted_models
        self._profile = profile
        self._values: dict[Port, int] = {}
        self._feature_bins: dict[FeatureBins, int] = {}

    def mark(self, stage: str) -> None:
        self.builder.node(stage, stage, StageEnd(stage))

    def capability(self, stage: CapabilityStage) -> None:
        request = CapabilityRequest(stage.name, stage.kind, stage.parameters, stage.output)
        output = self.builder.value(Value(stage.name, stage.output))
        self._values[Port(stage.name, 0)] = output
        self.builder.node(stage.name, stage.name, Capture(request), (), (output,))

    def block(self, stage: BlockStage) -> None:
        types = tuple(self.builder.type_of(self._values[port]) for port in stage.inputs)
        try:
            code = stage.block.code(types, stage.arguments)
        except BlockError as error:
            raise BadArgument(stage.name, error.message) from error
        is_fixed = all(type_.is_fixed for type_ in types)
        element = stage.block.element(types, stage.arguments) if stage.block.element and is_fixed else None
        tensors = self._inputs(stage.inputs)
        outputs: list[int] = []
        for index, output in enumerate(stage.outputs):
            values = self._output_values(f"{stage.name}.{index}", output, tensors)
            self._values[Port(stage.name, index)] = values[0]
            outputs += values
        header = code.header or stage.block.header
        if header is None:
            raise ValueError(f"{stage.block.name} has no C")
        work = BlockCall(header, code, element, tensors)
        inputs, keeps = self._with_sizes(tensors, pointers=stage.block.run_time_sizes is RunTimeSizes.POINTER)
        self.builder.node(stage.name, stage.name, work, inputs, tuple(outputs), keeps)

    def _output_values(self, name: str, output: BlockOutput, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Returns the values that a block writes for one output: the tensor, and its sizes and texts' memory if it has
        them."""
        beside: list[int] = []
        sizes = None if output.sizes_of is None else self.builder.sizes_of(inputs[output.sizes_of])
        if not output.type.is_fixed and sizes is None:
            sizes = self.builder.value(
                Value(f"{name} sizes", TensorType(ElementType.I32, (len(output.type.run_time),)))
            )
            beside.append(sizes)
        points_into = [value for index in output.points_into for value in self.builder.bytes_of_texts(inputs[index])]
        if output.text_memory:
            memory = self.builder.value(Value(f"{name} texts", TensorType(ElementType.U8, (output.text_memory,))))
            beside.append(memory)
            points_into.append(memory)
        tensor = Value(
            name,
            output.type,
            text_bound=output.text_bound,
            sizes=sizes,
            points_into=tuple(dict.fromkeys(points_into)),
        )
        return (self.builder.value(tensor), *beside)

    def _with_sizes(self, tensors: tuple[int, ...], *, pointers: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Returns the inputs of a node for these tensors, and the values that must stay in memory besides. With
        `pointers`, run-time sizes follow their tensor as inputs."""
        inputs: list[int] = []
        keeps: list[int] = []
        for index in tensors:
            sizes = self.builder.sizes_of(index)
            inputs.append(index)
            (inputs if pointers else keeps).extend([] if sizes is None else [sizes])
            keeps.extend(self.builder.pointed_into(index))
        return tuple(inputs), tuple(dict.fromkeys(keeps))

    def model(self, stage: ModelStage) -> None:
        inputs = self._inputs(stage.inputs)
        if stage.name not in self._hosted_models:
            file = stage.file or ""
            results = read_ops(self.builder, stage.name, file, self._models[file], inputs, self._profile)
            self._values |= {Port(stage.name, index): value for index, value in enumerate(results)}
            return
        values = [Value(f"{stage.name}.{index}", kind) for index, kind in enumerate(stage.outputs)]
        outputs = self._outputs(stage.name, values)
        work = HostInference(
            stage.format, stage.input_types, self._hosted_models[stage.name], stage.resource, stage.capacity
        )
        self.builder.node(stage.name, stage.name, work, inputs, outputs)

    def output(self, stage: OutputStage) -> None:
        request = OutputRequest(stage.name, stage.kind)
        self._send(stage.name, request, self._inputs(stage.inputs))

    def feature(self, bins: FeatureBins) -> None:
        """Finds the bin of a feature as soon as its stage has run: its tensor need not stay for it."""
        value = self._values[Port(bins.stage, bins.output)]
        output = self.builder.value(Value(f"bin of {bins.name}", BIN))
        self._feature_bins[bins] = output
        work = statistic_call(bins, self.builder.type_of(value))
        self.builder.node(f"{bins.stage}: {bins.statistic} counted", bins.stage, work, (value,), (output,))

    def count(self, watch: Watch) -> None:
        """Counts an answer after all stages. Where one of its inputs waits, nothing is counted."""
        scores = () if watch.scores is None else (self._values[watch.scores],)
        type_ = self.builder.type_of(scores[0]) if scores else None
        bins = tuple(self._feature_bins[feature] for feature in watch.layout.features)
        stage = watch.layout.features[-1].stage if watch.scores is None else watch.scores.stage
        self.builder.node(f"{stage}: counted", stage, count_call(watch.layout, type_), (*scores, *bins))

    def watch(self, port: Port) -> None:
        if port not in self._values:
            raise ValueError(f"there is no output {port.index} of a stage {port.stage}")
        request = OutputRequest(port.stage, OutputKind.TENSOR)
        self._send(port.stage, request, (self._values[port],))

    def _send(self, stage: str, request: OutputRequest, tensors: tuple[int, ...]) -> None:
        inputs, keeps = self._with_sizes(tensors, pointers=False)
        self.builder.node(stage, stage, Send(request), inputs, (), keeps)

    def _inputs(self, ports: Iterable[Port]) -> tuple[int, ...]:
        return tuple(self._values[port] for port in ports)

    def _outputs(self, stage: str, values: Iterable[Value]) -> tuple[int, ...]:
        indices = tuple(map(self.builder.value, values))
        self._values |= {Port(stage, index): value for index, value in enumerate(indices)}
        return indices
