// From a placed pipeline to what the canvas draws: nodes with their ports, wires by their ends. Pure.
import type { Diagnostic, Outline, OutlineWire } from "../api/types";
import type { StagePorts } from "./answers";
import type { Placed, PlacedNode } from "./layout";
import { stageAt } from "./selection";
import type { PortData, StageFlowNode } from "./StageNode";
import type { WireFlowEdge } from "./WireEdge";

export type Trouble = "error" | "warning";

/** The half of a port that stands out of its stage, as drawn in graph.css. */
const PORT_HALF = 6;

/** The worst that is wrong with each stage. */
export function troubles(outline: Outline, diagnostics: readonly Diagnostic[], runefile: string): ReadonlyMap<string, Trouble> {
  const found = new Map<string, Trouble>();
  for (const { file, severity, span } of diagnostics) {
    const stage = file === runefile ? stageAt(outline, span.start.line) : null;
    if (stage !== null && found.get(stage.name) !== "error") found.set(stage.name, severity);
  }
  return found;
}

export function wireId({ target, target_index }: Pick<OutlineWire, "target" | "target_index">): string {
  return `${target} ${target_index}`;
}

/** Whether the inputs are given by what the stage is, as a model's are: then there are no more. */
export function hasItsOwn(ports: StagePorts | undefined): boolean {
  return ports !== undefined && ports.inputs.length > 0 && ports.inputs.every((port) => port.name !== null);
}

function inputTitle(ports: StagePorts | undefined, wire: OutlineWire | undefined, index: number): string {
  const port = ports?.inputs[index];
  return [`input ${port?.name ?? index}`, wire?.type ?? port?.type ?? "", wire === undefined ? "not connected" : `from ${wire.source}`].filter((word) => word !== "").join(", ");
}

function portsOf(placed: PlacedNode, ports: StagePorts | undefined, outline: Outline): { readonly inputs: readonly PortData[]; readonly outputs: readonly PortData[] } {
  const { name } = placed.node;
  const into = new Map(outline.wires.filter((wire) => wire.target === name).map((wire) => [wire.target_index, wire]));
  const out = new Map(outline.wires.filter((wire) => wire.source === name).map((wire) => [wire.source_index, wire]));
  return {
    inputs: placed.inputs.map((y, index) => ({ y, title: inputTitle(ports, into.get(index), index), taken: into.has(index) })),
    outputs: placed.outputs.map((y, index) => ({ y, title: [`output ${index}`, ports?.outputs[index] ?? out.get(index)?.type ?? ""].filter((word) => word !== "").join(", "), taken: out.has(index) })),
  };
}

export interface Shown {
  readonly outline: Outline;
  readonly ports: ReadonlyMap<string, StagePorts>;
  readonly selected: string | null;
  readonly troubles: ReadonlyMap<string, Trouble>;
}

export function nodesOf(placed: Placed, { outline, ports, selected, troubles: wrong }: Shown): StageFlowNode[] {
  const stop = placed.nodes.some((each) => each.node.name === selected) ? selected : (placed.nodes[0]?.node.name ?? null);
  return placed.nodes.map((each) => {
    const { name } = each.node;
    const { inputs, outputs } = portsOf(each, ports.get(name), outline);
    const takesMore = each.node.kind !== "capability" && inputs.every((port) => port.taken) && !hasItsOwn(ports.get(name));
    const handle = (type: "source" | "target", index: number, y: number) => ({ type, id: `${type === "source" ? "output" : "input"} ${index}`, position: (type === "source" ? "right" : "left") as never, x: (type === "source" ? each.width : 0) - PORT_HALF, y: y - PORT_HALF, width: 2 * PORT_HALF, height: 2 * PORT_HALF });
    return {
      id: name,
      type: "stage",
      position: { x: each.x, y: each.y },
      width: each.width,
      height: each.height,
      handles: [
        ...inputs.map((port, index) => handle("target", index, port.y)),
        ...(takesMore ? [handle("target", inputs.length, each.height - PORT_HALF)] : []),
        ...outputs.map((port, index) => handle("source", index, port.y)),
      ],
      domAttributes: { "aria-roledescription": undefined },
      data: { stage: each.node, inputs, outputs, takesMore, selected: name === selected, tabStop: name === stop, trouble: wrong.get(name) ?? null },
    };
  });
}

export function edgesOf(placed: Placed, selected: string | null, chosen: string | null, watched: (wire: OutlineWire) => boolean | null): WireFlowEdge[] {
  return placed.wires.map(({ wire, points, label, text }) => ({
    id: wireId(wire),
    type: "wire",
    source: wire.source,
    target: wire.target,
    sourceHandle: `output ${wire.source_index}`,
    targetHandle: `input ${wire.target_index}`,
    selected: wireId(wire) === chosen,
    data: { wire, points, label, text, near: selected !== null && (wire.source === selected || wire.target === selected), watched: watched(wire) },
  }));
}
