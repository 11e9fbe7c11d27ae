// A script's numbers as the bytes of a rune's inputs, and a rune's outputs as values, by the names of their stages.
import { elementCount, isNumberName, NUMBER_ARRAYS, parseShape } from "../../runtime";
import type { CapabilityRequest, OutputMessage, OutputRequest, OutputTensor } from "../../runtime";

/** Numbers by the name of an input: an array, or a typed array. */
export type InputValues = Readonly<Record<string, ArrayLike<number> | ArrayBuffer>>;

const nameOf = (stage: string | null, kind: string, place: number): string =>
  stage ?? `${kind.toLowerCase()}_${place + 1}`;

/** The names of a rune that a script may know. */
export function namesOf(rune: {
  readonly capabilities: readonly CapabilityRequest[];
  readonly outputs: readonly OutputRequest[];
}) {
  return {
    inputs: rune.capabilities.map(({ stage, kind, type, size, parameters }, place) => ({
      name: nameOf(stage, kind, place),
      kind,
      type,
      size,
      parameters,
    })),
    outputs: rune.outputs.map(({ stage, kind }, place) => ({ name: nameOf(stage, kind, place), kind })),
  };
}

/** The bytes of each input. Throws an Error that says what is wrong with which. */
export function bytesOfInputs(
  requests: readonly CapabilityRequest[],
  values: InputValues,
): ReadonlyMap<number, ArrayBuffer> {
  const names = requests.map(({ stage, kind }, place) => nameOf(stage, kind, place));
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no input "${unknown}". There is: ${names.join(", ")}.`);
  return new Map(requests.map((request, place) => [request.id, bytesOf(request, names[place] ?? "", values)]));
}

function bytesOf(request: CapabilityRequest, name: string, inputs: InputValues): ArrayBuffer {
  const values = inputs[name];
  if (values === undefined)
    throw new Error(`The input "${name}" is missing: ${request.type ?? `${request.size} bytes`}.`);
  const bytes = values instanceof ArrayBuffer ? values : converted(request, name, values);
  if (bytes.byteLength !== request.size) {
    throw new Error(`The input "${name}" takes ${request.size} bytes, and ${bytes.byteLength} were given.`);
  }
  return bytes;
}

function converted({ type }: CapabilityRequest, name: string, values: ArrayLike<number>): ArrayBuffer {
  const shape = type === null ? null : parseShape(type);
  if (shape === null || !isNumberName(shape.type)) {
    throw new Error(`Give the input "${name}" as an ArrayBuffer: this page cannot tell its numbers.`);
  }
  const count = elementCount(shape);
  if (values.length !== count) {
    throw new Error(`The input "${name}" takes ${count} numbers (${type}), and ${values.length} were given.`);
  }
  return NUMBER_ARRAYS[shape.type].from(values).buffer;
}

type Value = string | readonly number[] | readonly string[];

function valueOf({ type, elements }: OutputTensor): Value {
  const [first] = elements;
  return type === "utf8" && elements.length === 1 && typeof first === "string" ? first : elements;
}

/**
 * The values of a run, by the names of outputs: numbers as an array, one text as a text; several tensors as an array of
 * them.
 */
export function valuesOf(
  outputs: readonly OutputRequest[],
  messages: readonly OutputMessage[],
): Readonly<Record<string, Value | readonly Value[]>> {
  const results: Record<string, Value | readonly Value[]> = {};
  for (const { channel, stage, tensors } of messages) {
    const place = outputs.findIndex(({ id }) => id === channel);
    const name = nameOf(stage, outputs[place]?.kind ?? "output", Math.max(0, place));
    const values = tensors.map(valueOf);
    const [only] = values;
    results[name] = values.length === 1 && only !== undefined ? only : values;
  }
  return results;
}
