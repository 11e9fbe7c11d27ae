// What a rune says about itself in its custom sections: its version, its graph, its resources. All of it is optional
// and foreign: what is missing or odd is left out, and the rune still runs.
import { isRecord } from "./decode";
import { customSections, type Section } from "./sections";
import { elementCount, elementSize, isElementName, shapeText, type Shape } from "./shape";
import type { CapabilityKind, OutputKind } from "./types";

export interface GraphCapability {
  readonly stage: string;
  readonly kind: CapabilityKind;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly type: string | null;
  readonly size: number | null;
}

export interface GraphOutput {
  readonly stage: string;
  readonly kind: OutputKind;
  /** What it is sent; null where the graph does not say. */
  readonly shapes: readonly (Shape | null)[];
}

/** The sections of a rune, read. */
export interface Description {
  readonly version: string | null;
  readonly graph: object | null;
  readonly capabilities: readonly GraphCapability[];
  readonly outputs: readonly GraphOutput[];
  readonly wordlists: readonly (readonly string[])[];
}

const CAPABILITY_KINDS: Readonly<Record<string, CapabilityKind>> = {
  random: "RAND",
  sound: "SOUND",
  accelerometer: "ACCEL",
  image: "IMAGE",
  raw: "RAW",
  "float-image": "FLOAT_IMAGE",
};

const OUTPUT_KINDS: Readonly<Record<string, OutputKind>> = { serial: "SERIAL", tensor: "TENSOR" };

export function describe(sections: readonly Section[]): Description {
  const version = firstJson(sections, ".rune_version");
  const graph = firstJson(sections, ".rune_graph");
  const resources = new Map([
    ...inlineResources(graph),
    ...customSections(sections, ".rune_resource").flatMap(readResources),
  ]);
  return {
    version: typeof version?.version === "string" ? version.version : null,
    graph,
    capabilities: readCapabilities(graph),
    outputs: readOutputs(graph),
    wordlists: readWordlists(graph, resources),
  };
}

function firstJson(sections: readonly Section[], name: string): Readonly<Record<string, unknown>> | null {
  for (const payload of customSections(sections, name)) {
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(payload));
      if (isRecord(value)) return value;
    } catch {
      // Another section of the same name may be readable.
    }
  }
  return null;
}

function readCapabilities(graph: Readonly<Record<string, unknown>> | null): GraphCapability[] {
  const tensors = record(graph?.tensors);
  const found: GraphCapability[] = [];
  for (const [stage, value] of Object.entries(record(graph?.capabilities))) {
    const capability = record(value);
    const kind = CAPABILITY_KINDS[String(record(capability.kind).type)];
    if (kind === undefined) continue;
    const shape = tensorShape(tensors[firstOf(capability.outputs)]);
    found.push({
      stage,
      kind,
      parameters: record(capability.args),
      type: shape === null ? null : shapeText(shape),
      size: shape === null ? null : elementCount(shape) * elementSize(shape.type),
    });
  }
  return found;
}

function readOutputs(graph: Readonly<Record<string, unknown>> | null): GraphOutput[] {
  const tensors = record(graph?.tensors);
  return Object.entries(record(graph?.outputs)).flatMap(([stage, value]) => {
    const output = record(value);
    const kind = OUTPUT_KINDS[String(record(output.kind).type)];
    const inputs = Array.isArray(output.inputs) ? output.inputs : [];
    const shapes = inputs.map((id) => tensorShape(tensors[String(id)]));
    return kind === undefined ? [] : [{ stage, kind, shapes }];
  });
}

/** The words of the label blocks: given in place, or by the name of a resource. */
function readWordlists(
  graph: Readonly<Record<string, unknown>> | null,
  resources: ReadonlyMap<string, string>,
): string[][] {
  const lists: string[][] = [];
  for (const value of Object.values(record(graph?.["proc-blocks"]))) {
    const words = record(record(value).args).wordlist;
    if (typeof words !== "string") continue;
    const text = words.startsWith("$") ? resources.get(words.slice(1)) : words;
    if (text !== undefined) lists.push(text.trim().split(/\r?\n/));
  }
  return lists;
}

function inlineResources(graph: Readonly<Record<string, unknown>> | null): [name: string, text: string][] {
  return Object.entries(record(graph?.resources)).flatMap(([name, value]) => {
    const text = record(record(value).default_value).Inline;
    return typeof text === "string" ? [[name, text]] : [];
  });
}

/** Records of a name and its bytes, lengths big-endian; what is cut short is left out. */
function readResources(payload: Uint8Array): [name: string, text: string][] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const found: [string, string][] = [];
  let offset = 0;
  const next = (): string | null => {
    if (offset + 4 > payload.length) return null;
    const size = view.getUint32(offset);
    const start = offset + 4;
    if (start + size > payload.length) return null;
    offset = start + size;
    return new TextDecoder().decode(payload.subarray(start, offset));
  };
  while (offset < payload.length) {
    const name = next();
    const text = next();
    if (name === null || text === null) break;
    found.push([name, text]);
  }
  return found;
}

function tensorShape(value: unknown): Shape | null {
  const tensor = record(value);
  const name = String(tensor.element_type).toLowerCase();
  const type = name === "string" ? "utf8" : name;
  const { dimensions } = tensor;
  if (!isElementName(type) || !Array.isArray(dimensions)) return null;
  const sizes = dimensions.filter((size) => typeof size === "number");
  return sizes.length === dimensions.length ? { type, dimensions: sizes } : null;
}

function firstOf(value: unknown): string {
  return Array.isArray(value) ? String(value[0]) : "";
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
