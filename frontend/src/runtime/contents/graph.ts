// The custom sections of a rune, which describe it: its version, its graph, its resources. All of them are optional and
// foreign: a missing or odd part is left out, and the rune still runs.
import { capabilityOfGraphType, type CapabilityKind } from "../capabilities";
import { carriedResources } from "./resources";
import { newerGraph } from "./old-graph";
import { isRecord } from "../records";
import { textOf } from "../text";
import { customSections, type Section } from "./sections";
import { elementCount, elementSize, isElementName, shapeText, type Shape } from "../tensors/shape";
import type { OutputKind, TensorMeaning } from "../types";

export interface GraphCapability {
  readonly stage: string;
  readonly kind: CapabilityKind;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly type: string | null;
  readonly size: number | null;
  /** True if it must be read without gaps and without overlap. */
  readonly isStream: boolean;
}

export interface GraphOutput {
  readonly stage: string;
  readonly kind: OutputKind;
  /** The shapes of its tensors; null where the graph does not say. */
  readonly shapes: readonly (Shape | null)[];
  /** How many outputs the rune asks for before this one; null where its compiler does not say. */
  readonly order: number | null;
  /** The meanings of the numbers of each; null where nobody says them. */
  readonly meanings: readonly (TensorMeaning | null)[];
}

/** A wire inside of the pipeline whose tensor is sent as well. */
export interface GraphWire {
  readonly stage: string;
  readonly index: number;
  /** How many outputs the rune asks for before the one that sends it. */
  readonly order: number;
  readonly meaning: TensorMeaning | null;
}

/** The sections of a rune, read. */
export interface RuneDescription {
  readonly version: string | null;
  /** The name of the rune, where the graph says so. */
  readonly name: string | null;
  /** Bytes that a run needs, as the build laid them out; null where the graph does not say. */
  readonly memory: number | null;
  /** The run, counted from 1, that sends the first output; 1 where the graph does not say. */
  readonly firstAnswer: number;
  readonly graph: object | null;
  readonly capabilities: readonly GraphCapability[];
  readonly outputs: readonly GraphOutput[];
  readonly watchedWires: readonly GraphWire[];
  readonly wordlists: readonly (readonly string[])[];
}

const OUTPUT_KINDS: Readonly<Record<string, OutputKind>> = { serial: "SERIAL", tensor: "TENSOR" };

export function describe(sections: readonly Section[]): RuneDescription {
  const version = firstJson(sections, "rune_version");
  const graph = firstJson(sections, "rune_graph", newerGraph);
  const resources = new Map([...inlineResources(graph), ...carriedTexts(sections)]);
  return {
    version: versionOf(version),
    name: nameOf(graph),
    memory: memoryOf(graph),
    firstAnswer: firstAnswerOf(graph),
    graph,
    capabilities: readCapabilities(graph),
    outputs: readOutputs(graph),
    watchedWires: readWatched(graph),
    wordlists: readWordlists(graph, resources),
  };
}

/** Up to 0.4 the version was that of the crate, among much else of the build. */
function versionOf(document: Readonly<Record<string, unknown>> | null): string | null {
  const version = document?.version ?? record(document?.crate_info).version;
  return typeof version === "string" ? version.slice(0, 100) : null;
}

function nameOf(graph: Readonly<Record<string, unknown>> | null): string | null {
  const { name } = record(graph?.rune);
  return typeof name === "string" && name !== "" ? name.slice(0, 100) : null;
}

function memoryOf(graph: Readonly<Record<string, unknown>> | null): number | null {
  const { memory } = record(graph?.rune);
  return typeof memory === "number" && Number.isSafeInteger(memory) && memory >= 0 ? memory : null;
}

function firstAnswerOf(graph: Readonly<Record<string, unknown>> | null): number {
  const first = record(graph?.rune).first_answer;
  return typeof first === "number" && Number.isSafeInteger(first) && first >= 1 ? first : 1;
}

function firstJson(
  sections: readonly Section[],
  name: string,
  asRead: (value: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = (value) => value,
): Readonly<Record<string, unknown>> | null {
  for (const payload of customSections(sections, name)) {
    try {
      const value: unknown = JSON.parse(textOf(payload));
      if (isRecord(value)) return asRead(value);
    } catch {
      // Another section of the same name may be readable.
    }
  }
  return null;
}

function readCapabilities(graph: Readonly<Record<string, unknown>> | null): GraphCapability[] {
  const tensors = record(graph?.tensors);
  const capabilities: GraphCapability[] = [];
  for (const [stage, value] of Object.entries(record(graph?.capabilities))) {
    const capability = record(value);
    const kind = capabilityOfGraphType(String(record(capability.kind).type))?.name;
    if (kind === undefined) continue;
    const shape = tensorShape(tensors[firstOf(capability.outputs)]);
    capabilities.push({
      stage,
      kind,
      parameters: record(capability.args),
      type: shape === null ? null : shapeText(shape),
      size: shape === null ? null : elementCount(shape) * elementSize(shape.type),
      isStream: capability.stream === true,
    });
  }
  return capabilities;
}

function readOutputs(graph: Readonly<Record<string, unknown>> | null): GraphOutput[] {
  const tensors = record(graph?.tensors);
  const requestedOutputs = record(graph?.requests).outputs;
  return Object.entries(record(graph?.outputs)).flatMap(([stage, value]) => {
    const output = record(value);
    const kind = OUTPUT_KINDS[String(record(output.kind).type)];
    const inputs = Array.isArray(output.inputs) ? output.inputs : [];
    const tensorsOfInputs = inputs.map((id) => tensors[String(id)]);
    const order =
      Array.isArray(requestedOutputs) && requestedOutputs.includes(stage) ? requestedOutputs.indexOf(stage) : null;
    return kind === undefined
      ? []
      : [
          {
            stage,
            kind,
            shapes: tensorsOfInputs.map(tensorShape),
            meanings: tensorsOfInputs.map(tensorMeaning),
            order,
          },
        ];
  });
}

/** The watched wires, for which the rune asks behind its outputs; none where one of them cannot be read. */
function readWatched(graph: Readonly<Record<string, unknown>> | null): GraphWire[] {
  const tensors = record(graph?.tensors);
  const { outputs, watched } = record(graph?.requests);
  const before = Array.isArray(outputs) ? outputs.length : 0;
  const wires = (Array.isArray(watched) ? watched : []).flatMap((value, place): GraphWire[] => {
    const { stage, index, tensor } = record(value);
    if (typeof stage !== "string" || stage === "" || typeof index !== "number") return [];
    if (!Number.isSafeInteger(index) || index < 0) return [];
    return [{ stage, index, order: before + place, meaning: tensorMeaning(tensors[String(tensor)]) }];
  });
  const names = new Set(wires.map(({ stage, index }) => `${stage} ${index}`));
  return Array.isArray(watched) && names.size === watched.length ? wires : [];
}

/** The words of the blocks that name labels: given in place, or by the name of a resource. */
function readWordlists(
  graph: Readonly<Record<string, unknown>> | null,
  resources: ReadonlyMap<string, string>,
): string[][] {
  const lists: string[][] = [];
  for (const value of Object.values(record(graph?.["proc-blocks"]))) {
    const { wordlist, names } = record(record(value).args);
    const words = wordlist ?? names;
    if (typeof words !== "string" || words === "") continue;
    const text = words.startsWith("$") ? resources.get(words.slice(1)) : words;
    if (text !== undefined) lists.push(wordsOf(text));
  }
  return lists;
}

/** As the label block reads them: a byte order mark is no white space, and stays with the first word. */
function wordsOf(text: string): string[] {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  return `${mark}${text.trim()}`.split(/\r?\n/);
}

function inlineResources(graph: Readonly<Record<string, unknown>> | null): [name: string, text: string][] {
  return Object.entries(record(graph?.resources)).flatMap(([name, value]) => {
    const text = record(record(value).default_value).Inline;
    return typeof text === "string" ? [[name, text]] : [];
  });
}

/** The texts that the rune carries along; what cannot be read is said when the rune asks for it. */
function carriedTexts(sections: readonly Section[]): [name: string, text: string][] {
  try {
    return [...carriedResources(sections)].map(([name, data]) => [name, textOf(data)]);
  } catch {
    return [];
  }
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

/** Undefined for a number that cannot be a scale. */
function tensorMeaning(value: unknown): TensorMeaning | null {
  const { quantization, probability } = record(value);
  const { scale, zero_point: zeroPoint } = record(quantization);
  const isScaled =
    typeof scale === "number" &&
    Number.isFinite(scale) &&
    scale > 0 &&
    typeof zeroPoint === "number" &&
    Number.isSafeInteger(zeroPoint);
  if (!isScaled && probability !== true) return null;
  return { scale: isScaled ? scale : null, zeroPoint: isScaled ? zeroPoint : 0, isProbability: probability === true };
}

function firstOf(value: unknown): string {
  return Array.isArray(value) ? String(value[0]) : "";
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
