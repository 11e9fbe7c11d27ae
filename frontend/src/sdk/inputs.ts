// Turns a program's values into the bytes that a rune reads.
import { pictureRequest } from "../preview/picture/pixels";
import { recordingOf } from "../runtime/capabilities";
import { RuneError } from "../runtime/errors";
import { isNumberName, NUMBER_ARRAYS, type NumberName } from "../runtime/tensors/number-arrays";
import { elementCount, parseShape, shapeText } from "../runtime/tensors/shape";
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
      const value: InputValue | null | undefined = namedInputs === null ? (inputs as InputValue) : namedInputs[name];
      if (value === undefined || value === null) throw inputError(name, request, "It is missing");
      return [request.id, bytesFor(value, request, name)];
    }),
  );
}

/** The name of each input: its stage in the Runefile, or its kind where the rune says no stage. */
export function names(requests: readonly CapabilityRequest[]): string[] {
  return requests.map(({ stage, kind }) => stage ?? kind.toLowerCase());
}

function isNamed(inputs: Inputs): inputs is Readonly<Record<string, InputValue>> {
  if (typeof inputs !== "object" || (inputs as unknown) === null || Array.isArray(inputs)) return false;
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
  throw inputError(name, request, `It got ${amountOf(value, bytes)}`);
}

function encoded(value: InputValue, request: CapabilityRequest, name: string): ArrayBuffer {
  const element = elementOf(request);
  if (typeof value === "string") {
    if (!takesText(request)) throw inputError(name, request, "It got text");
    return copied(new TextEncoder().encode(value));
  }
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) {
    if (element !== null && !hasElements(value, element))
      throw inputError(name, request, `It got a ${value.constructor.name}: convert its numbers to ${element}`);
    return copied(value);
  }
  if (element === null)
    throw new RuneError("input", `The input ${name} does not say its type. Hand over bytes or a typed array.`);
  const numbers: unknown = typeof value === "number" ? [value] : value;
  if (!Array.isArray(numbers)) throw inputError(name, request, `It got a ${typeof value}`);
  const array = NUMBER_ARRAYS[element].from(numbers as readonly number[]);
  const isFloat = element.startsWith("f");
  // A fraction, a large number or a text would become another number.
  const other = numbers.findIndex((each, index) => typeof each !== "number" || (!isFloat && each !== array[index]));
  if (other >= 0) throw inputError(name, request, `${element} cannot hold ${JSON.stringify(numbers[other])}`);
  return array.buffer;
}

function elementOf({ type }: CapabilityRequest): NumberName | null {
  const element = type === null ? undefined : parseShape(type)?.type;
  return element !== undefined && isNumberName(element) ? element : null;
}

/** Whether a program may hand over text: for bytes of no other meaning alone. */
function takesText(request: CapabilityRequest): boolean {
  return request.kind === "RAW" && (request.type === null || ["u8", "i8"].includes(elementOf(request) ?? "u8"));
}

/** Whether an array has the elements that the rune reads, or is bytes. */
function hasElements(view: ArrayBufferView, element: NumberName): boolean {
  return (
    view instanceof Uint8Array ||
    view instanceof Uint8ClampedArray ||
    view instanceof DataView ||
    view instanceof NUMBER_ARRAYS[element]
  );
}

function amountOf(value: InputValue, { byteLength }: ArrayBuffer): string {
  if (typeof value === "number") return "one number";
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
  return isList ? `${String((value as { length: number }).length)} numbers` : `${byteLength} bytes`;
}

/** The error of an input, which says what the input takes. */
function inputError(name: string, request: CapabilityRequest, problem: string): RuneError {
  return new RuneError("input", `The input ${name} takes ${expectationOf(request)}. ${problem}.`);
}

/** The value that an input takes, such as `a sound: 16000 numbers, i16[16000]`. */
function expectationOf(request: CapabilityRequest): string {
  const recording = recordingOf(request);
  const { type, size } = request;
  const shape = type === null ? null : parseShape(type);
  const { width, height, format } = pictureRequest(request);
  const nouns = {
    sound: "a sound: ",
    picture: `a picture of ${width} × ${height} pixels (${format}): `,
    motion: "motion: ",
  };
  const noun = recording === null ? "" : nouns[recording];
  if (shape === null) return `${noun}${size} bytes${takesText(request) ? ", or text" : ""}`;
  const count = elementCount(shape);
  return `${noun}${count === 1 ? "one number" : `${count} numbers`}, ${shapeText(shape)}`;
}

function copied(view: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
}
