// The requests of a rune to its host, named by its graph: the ABI numbers requests, only the graph has names.
import type { RuneDescription, GraphCapability, GraphOutput, GraphWire } from "./contents/graph";
import type { Host, HostCapability } from "./host/imports";
import type { CapabilityRequest, OutputRequest } from "./types";

export function describeCapabilities(
  host: Host,
  description: RuneDescription,
  probe: () => ReadonlyMap<number, number>,
): CapabilityRequest[] {
  const left = [...description.capabilities];
  const matches = [...host.capabilities.values()].map((request) => ({ request, node: takeMatching(left, request) }));
  const isComplete = matches.every(({ node }) => typeof node?.size === "number");
  const sizes = isComplete ? new Map<number, number>() : probe();
  return matches.map(({ request, node }) => ({
    ...request,
    size: sizes.get(request.id) ?? node?.size ?? 0,
    type: node?.type ?? null,
    stage: node?.stage ?? null,
    ...(node?.isStream === true && { isStream: true }),
  }));
}

/** Removes and gives the graph's node of a request: the same kind and parameters, else the next of the kind. */
function takeMatching(left: GraphCapability[], request: HostCapability): GraphCapability | null {
  const exact = left.findIndex((node) => node.kind === request.kind && hasParameters(node, request.parameters));
  const index = exact >= 0 ? exact : left.findIndex((node) => node.kind === request.kind);
  return index < 0 ? null : (left.splice(index, 1)[0] ?? null);
}

function hasParameters(node: GraphCapability, parameters: Readonly<Record<string, number>>): boolean {
  return Object.entries(parameters).every(([key, value]) => {
    const parameter = node.parameters[key] ?? node.parameters[key.replaceAll("_", "-")];
    return parameter !== undefined && (Number(parameter) === value || Math.fround(Number(parameter)) === value);
  });
}

/** The watched wires by the outputs that send them; none where the graph contradicts what the rune asks for. */
export function watchedWires(host: Host, wires: readonly GraphWire[]): ReadonlyMap<number, GraphWire> {
  const requests = [...host.outputs.values()];
  const sending = wires.flatMap((wire) => {
    const request = requests[wire.order];
    return request?.kind === "TENSOR" ? [[request.id, wire] as const] : [];
  });
  const isAnnounced = sending.length === wires.length && wires.at(-1)?.order === requests.length - 1;
  return new Map(isAnnounced ? sending : []);
}

/**
 * Outputs by the order in which the rune asks for them, where its graph tells that. In other graphs those of one kind
 * cannot be told apart before they speak.
 */
export function describeOutputs(
  requests: readonly Omit<OutputRequest, "stage">[],
  nodes: readonly GraphOutput[],
): OutputRequest[] {
  const stages = requests.map(
    ({ kind }, place) => nodes.find((node) => node.order === place && node.kind === kind)?.stage,
  );
  if (requests.length === nodes.length && new Set(stages).size === nodes.length && !stages.includes(undefined)) {
    return requests.map((request, place) => ({ ...request, stage: stages[place] ?? null }));
  }
  return requests.map((request) => {
    const alike = nodes.filter((node) => node.kind === request.kind);
    return { ...request, stage: alike.length === 1 ? (alike[0]?.stage ?? null) : null };
  });
}
