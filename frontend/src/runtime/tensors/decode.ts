// The messages of a rune, as tensors and log lines: the JSON of SERIAL, the bytes of TENSOR, the records of _debug.
import { RuneError } from "../errors";
import { isRecord } from "../records";
import { strictTextOf, textOf } from "../text";
import { KnownShapes } from "./known-shapes";
import { isNumberName, NUMBER_ARRAYS } from "./number-arrays";
import { elementCount, elementSize, isElementName } from "./shape";
import type { ElementName, LogLine, Numbers, OutputKind, PackedTensor } from "../types";

const VIEWS = { ...NUMBER_ARRAYS, u64: BigUint64Array, i64: BigInt64Array } as const;
const OLD_TEXT_NAMES = new Set(["&str", "&'static str", "string", "String"]);

/**
 * The tensors of a message; numbers that it has as bytes stay where they are. Throws an `output` error for what does not
 * follow the format of its kind.
 */
export function decodeOutput(
  kind: OutputKind,
  data: Uint8Array<ArrayBuffer>,
  shapes = new KnownShapes(),
): PackedTensor[] {
  if (kind === "SERIAL") return decodeSerial(data);
  if (kind === "TENSOR") return decodeTensors(data, shapes);
  throw new RuneError("output", `The rune wrote to a ${kind} output, whose format is not documented.`);
}

export function decodeLog(data: Uint8Array): LogLine {
  const text = textOf(data);
  try {
    const record: unknown = JSON.parse(text);
    if (isRecord(record) && typeof record.level === "string" && typeof record.message === "string") {
      return { level: record.level.toUpperCase(), message: record.message };
    }
  } catch {
    // Plain words are allowed: a panic sends them.
  }
  return { level: "INFO", message: text };
}

function decodeSerial(data: Uint8Array): PackedTensor[] {
  let document: unknown;
  try {
    document = JSON.parse(strictTextOf(data));
  } catch {
    throw new RuneError("output", "A SERIAL output sent text that is not JSON.");
  }
  return (Array.isArray(document) ? document : [document]).map(decodeRecord);
}

function decodeRecord(record: unknown): PackedTensor {
  if (!isRecord(record) || typeof record.type_name !== "string") {
    throw new RuneError("output", "A SERIAL output sent a record without a type_name.");
  }
  const name = OLD_TEXT_NAMES.has(record.type_name) ? "utf8" : record.type_name;
  if (!isElementName(name)) throw new RuneError("output", `A SERIAL output sent the unknown element type ${name}.`);
  if (record.elements === undefined && typeof record.string === "string") {
    return { type: "utf8", dimensions: [1], elements: [record.string] };
  }
  const { dimensions } = record;
  if (!Array.isArray(dimensions) || !dimensions.every(isSize) || !Array.isArray(record.elements)) {
    throw new RuneError("output", "A SERIAL output sent a record without elements and dimensions.");
  }
  const elements = typedElements(name, record.elements);
  if (elements.length !== elementCount({ type: name, dimensions })) {
    throw new RuneError("output", `A SERIAL output sent ${elements.length} elements for [${dimensions.join(", ")}].`);
  }
  return { type: name, dimensions, elements };
}

function typedElements(type: ElementName, elements: readonly unknown[]): string[] | Numbers {
  if (type === "utf8") {
    const texts = elements.filter((value) => typeof value === "string");
    if (texts.length === elements.length) return texts;
  } else {
    const isFloat = type.startsWith("f");
    // JSON has no name for what is not finite: it arrives as null.
    const numbers = elements
      .map((value) => (isFloat && value === null ? NaN : value))
      .filter((value) => typeof value === "number")
      .filter((value) => isFloat || Number.isInteger(value));
    if (numbers.length === elements.length) return Float64Array.from(numbers);
  }
  throw new RuneError("output", `A SERIAL output sent elements that are not ${type}.`);
}

function decodeTensors(data: Uint8Array<ArrayBuffer>, shapes: KnownShapes): PackedTensor[] {
  const tensors: PackedTensor[] = [];
  let offset = 0;
  while (offset < data.length) {
    const shapeSize = word(data, offset);
    requirePart(data, offset + 4, shapeSize);
    const shape = shapes.read(data, offset + 4, shapeSize);
    const { type, dimensions } = shape;
    offset += 4 + shapeSize;
    if (type === "utf8") {
      const [elements, next] = decodeTexts(data, offset, elementCount(shape));
      tensors.push({ type, dimensions, elements });
      offset = next;
    } else {
      const count = elementCount(shape);
      requirePart(data, offset, count * elementSize(type));
      const end = offset + count * elementSize(type);
      const elements = numbersOf(type, data, offset, count);
      tensors.push({ type, dimensions, elements, ...(!isNumberName(type) && { bytes: data.slice(offset, end) }) });
      offset = end;
    }
  }
  return tensors;
}

/** Each text with its length in front, as the later ABI has it. */
function decodeTexts(data: Uint8Array<ArrayBuffer>, start: number, count: number): [texts: string[], next: number] {
  const texts: string[] = [];
  let offset = start;
  for (let index = 0; index < count; index += 1) {
    const size = word(data, offset);
    requirePart(data, offset + 4, size);
    texts.push(textOf(data.subarray(offset + 4, offset + 4 + size)));
    offset += 4 + size;
  }
  return [texts, offset];
}

/** A view of `count` numbers; a copy where they do not lie as numbers have to. */
function numbersOf(
  type: Exclude<ElementName, "utf8">,
  data: Uint8Array<ArrayBuffer>,
  offset: number,
  count: number,
): Numbers {
  const size = elementSize(type);
  const isAskew = (data.byteOffset + offset) % size !== 0;
  const { buffer } = isAskew ? data.slice(offset, offset + count * size) : data;
  const byteOffset = isAskew ? 0 : data.byteOffset + offset;
  const view = new VIEWS[type](buffer, byteOffset, count) as Numbers | BigInt64Array | BigUint64Array;
  return view instanceof BigInt64Array || view instanceof BigUint64Array ? Float64Array.from(view, Number) : view;
}

function word(data: Uint8Array, offset: number): number {
  requirePart(data, offset, 4);
  const [a = 0, b = 0, c = 0, d = 0] = [data[offset], data[offset + 1], data[offset + 2], data[offset + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function requirePart(data: Uint8Array, offset: number, size: number): void {
  if (!(offset + size <= data.length)) throw new RuneError("output", "A TENSOR output is cut short.");
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
