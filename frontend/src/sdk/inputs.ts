// Turns a program's values into the bytes that a rune reads.
import { RuneError } from "../runtime/errors";
import { isNumberName, NUMBER_ARRAYS } from "../runtime/tensors/number-arrays";
import { parseShape } from "../runtime/tensors/shape";
import type { CapabilityRequest } from "../runtime/types";

/** Numbers, a typed array, bytes, or text, which a rune reads as UTF-8. */
export type InputValue = number | readonly number[] | ArrayBuffer | ArrayBufferView | string;

/** The value of each input by its stage's name; of a rune with one input, the value alone. */
export type Inputs = InputValue | Readonly<Record<string, InputValue>>;

/** The bytes by the inputs' ids. Throws `RuneError` with the name `input`. */
export function bytesOf(inputs: Inputs, requests: readonly CapabilityRequest[]): Map<number, ArrayBuffer> {
  const namedInputs = isNamed(inputs) ? inputs : null;
  if (namedInputs === null && requests.length > 1)
    throw new RuneError("input", `This rune has ${requests.length} inputs. Name each: ${names(requests).join(", ")}.`);
  const unknown = Object.keys(namedInputs ?? {}).find((name) => !names(requests).includes(name));
  if (unknown !== undefined)
    throw new RuneError("input", `This rune has no input ${unknown}. It has ${names(requests).join(", ")}.`);
  return new Map(
    requests.map((request, index) => {
      const name = names(requests)[index] ?? "";
      const value = namedInputs === null ? (inputs as InputValue) : namedInputs[name];
      if (value === undefined) throw new RuneError("input", `The input ${name} is missing.`);
      return [request.id, bytesFor(value, request, name)];
    }),
  );
}

/** The name of each input: its stage in the Runefile, or its kind where the rune says no stage. */
export function names(requests: readonly CapabilityRequest[]): string[] {
  return requests.map(({ stage, kind }) => stage ?? kind.toLowerCase());
}

function isNamed(inputs: Inputs): inputs is Readonly<Record<string, InputValue>> {
  if (typeof inputs !== "object" || Array.isArray(inputs)) return false;
  return !(inputs instanceof ArrayBuffer) && !ArrayBuffer.isView(inputs);
}

function bytesFor(value: InputValue, request: CapabilityRequest, name: string): ArrayBuffer {
  const bytes = encoded(value, request, name);
  if (bytes.byteLength === request.size) return bytes;
  if (typeof value === "string" && bytes.byteLength < request.size) {
    const whole = new Uint8Array(request.size);
    whole.set(new Uint8Array(bytes));
    return whole.buffer;
  }
  const expectation = `${request.size} bytes${request.type === null ? "" : `, ${request.type}`}`;
  throw new RuneError("input", `The input ${name} reads ${expectation}, and got ${bytes.byteLength} bytes.`);
}

function encoded(value: InputValue, { type }: CapabilityRequest, name: string): ArrayBuffer {
  if (typeof value === "string") return copied(new TextEncoder().encode(value));
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return copied(value);
  const numbers = typeof value === "number" ? [value] : value;
  const element = type === null ? undefined : parseShape(type)?.type;
  if (element === undefined || !isNumberName(element))
    throw new RuneError("input", `The input ${name} does not say its type. Hand over bytes or a typed array.`);
  return NUMBER_ARRAYS[element].from(numbers).buffer;
}

function copied(view: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
}
