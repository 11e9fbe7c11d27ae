// From a placed pipeline to what the canvas draws: nodes with their ports, wires by their ends. Pure.
import type { Diagnostic, OutlineWire } from "../../../api/schema";
import { Position } from "@xyflow/react";
import type { StagePorts } from "../../edits/graph-requests";
import type { PipelineLayout, PlacedNode } from "../../../pipeline";
import type { PortData, StageFlowNode } from "./StageNode";
import type { WireFlowEdge } from "./WireEdge";

/** The half of a port that stands out of its stage, as drawn in canvas.css. */
const PORT_HALF = 6;

export function wireId({ target, target_index }: Pick<OutlineWire, "target" | "target_index">): string {
  return `${target} ${target_index}`;
}

/** Whether the inputs are given by what the stage is, as a model's are: then there are no more. */
export function hasFixedInputs(ports: StagePorts | undefined): boolean {
  return ports !== undefined && ports.inputs.length > 0 && ports.inputs.every((port) => port.name !== null);
}

function inputTitle(ports: StagePorts | undefined, wire: OutlineWire | undefined, index: number): string {
  const port = ports?.inputs[index];
  return [
    `input ${port?.name ?? index}`,
    wire?.type ?? port?.type ?? "",
    wire?.meaning ?? "",
    wire === undefined ? "not connected" : `from ${wire.source}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

type WiresOf = ReadonlyMap<string, readonly OutlineWire[]>;

function portsOf(
  placedNode: PlacedNode,
  ports: StagePorts | undefined,
  into: WiresOf,
  out: WiresOf,
): { readonly inputs: readonly PortData[]; readonly outputs: readonly PortData[] } {
  const { name } = placedNode.node;
  const reads = new Map((into.get(name) ?? []).map((wire) => [wire.target_index, wire]));
  const wireByOutput = new Map((out.get(name) ?? []).map((wire) => [wire.source_index, wire]));
  return {
    inputs: placedNode.inputs.map((y, index) => ({
      y,
      title: inputTitle(ports, reads.get(index), index),
      isConnected: reads.has(index),
    })),
    outputs: placedNode.outputs.map((y, index) => ({
      y,
      title: [
        `output ${index}`,
        ports?.outputs[index] ?? wireByOutput.get(index)?.type ?? "",
        wireByOutput.get(index)?.meaning ?? "",
      ]
        .filter((part) => part !== "")
        .join(", "),
      isConnected: wireByOutput.has(index),
    })),
  };
}

function wiresByName(wires: readonly OutlineWire[], nameOf: (wire: OutlineWire) => string): WiresOf {
  const groups = new Map<string, OutlineWire[]>();
  for (const wire of wires) groups.set(nameOf(wire), [...(groups.get(nameOf(wire)) ?? []), wire]);
  return groups;
}

/** The stages, before anything is selected. */
export function nodesOf(layout: PipelineLayout, ports: ReadonlyMap<string, StagePorts>): StageFlowNode[] {
  const wires = layout.wires.map((each) => each.wire);
  const into = wiresByName(wires, (wire) => wire.target);
  const out = wiresByName(wires, (wire) => wire.source);
  return layout.nodes.map((each) => {
    const { name } = each.node;
    const { inputs, outputs } = portsOf(each, ports.get(name), into, out);
    const hasFreeInput =
      each.node.kind !== "capability" && inputs.every((port) => port.isConnected) && !hasFixedInputs(ports.get(name));
    return {
      id: name,
      type: "stage",
      position: { x: each.x, y: each.y },
      width: each.width,
      height: each.height,
      handles: [
        ...inputs.map((port, index) => handle("target", index, 0, port.y)),
        ...(hasFreeInput ? [handle("target", inputs.length, 0, each.height - PORT_HALF)] : []),
        ...outputs.map((port, index) => handle("source", index, each.width, port.y)),
      ],
      domAttributes: { "aria-roledescription": undefined },
      data: { stage: each.node, inputs, outputs, hasFreeInput, selected: false, tabStop: false, problem: null },
    };
  });
}

function handle(
  type: "source" | "target",
  index: number,
  x: number,
  y: number,
): NonNullable<StageFlowNode["handles"]>[number] {
  const position = type === "source" ? Position.Right : Position.Left;
  return {
    type,
    id: `${type === "source" ? "output" : "input"} ${index}`,
    position,
    x: x - PORT_HALF,
    y: y - PORT_HALF,
    width: 2 * PORT_HALF,
    height: 2 * PORT_HALF,
  };
}

/**
 * Marks stages that are selected or have problems. Stages that are as before stay the same objects, and are not drawn
 * again.
 */
export function markedStages(
  nodes: StageFlowNode[],
  selectedStage: string | null,
  wrong: ReadonlyMap<string, Diagnostic>,
): StageFlowNode[] {
  const stop = nodes.some((node) => node.id === selectedStage) ? selectedStage : (nodes[0]?.id ?? null);
  return nodes.map((node) => {
    const [isSelected, tabStop, problem] = [node.id === selectedStage, node.id === stop, wrong.get(node.id) ?? null];
    return isSelected || tabStop || problem !== null
      ? { ...node, data: { ...node.data, selected: isSelected, tabStop, problem } }
      : node;
  });
}

/** The wires, before any is chosen. */
export function edgesOf(layout: PipelineLayout): WireFlowEdge[] {
  return layout.wires.map(({ wire, points, label, text, isBetween }) => ({
    id: wireId(wire),
    type: "wire",
    source: wire.source,
    target: wire.target,
    sourceHandle: `output ${wire.source_index}`,
    targetHandle: `input ${wire.target_index}`,
    domAttributes: { "aria-roledescription": undefined },
    data: { wire, points, label, text, isBetween, near: false, watched: null },
  }));
}

/** Marks wires that are chosen, selected or watched; the others stay the same objects. */
export function markedEdges(
  edges: WireFlowEdge[],
  selectedStage: string | null,
  chosenWireId: string | null,
  watchState: (wire: OutlineWire) => boolean | null,
): WireFlowEdge[] {
  return edges.map((edge) => {
    if (edge.data === undefined) return edge;
    const { wire } = edge.data;
    const near = selectedStage !== null && (wire.source === selectedStage || wire.target === selectedStage);
    const [isChosen, isWatched] = [edge.id === chosenWireId, watchState(wire)];
    return near || isChosen || isWatched !== null
      ? { ...edge, selected: isChosen, data: { ...edge.data, near, watched: isWatched } }
      : edge;
  });
}
