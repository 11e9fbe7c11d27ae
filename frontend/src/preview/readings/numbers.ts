// Numbers as bytes of an element type, and as words for a person.
export { millisecondsText, sizeText } from "../../look/quantities";
import { elementSize, type ElementName } from "../../runtime";

export type NumberType = Exclude<ElementName, "utf8">;

/** Little-endian elements; what does not fit the type is held at its nearest end. */
export function packNumbers(type: NumberType, values: readonly number[]): ArrayBuffer {
  const size = elementSize(type);
  const buffer = new ArrayBuffer(size * values.length);
  const view = new DataView(buffer);
  const write = writer(type, view);
  values.forEach((value, index) => write(index * size, value));
  return buffer;
}

function writer(type: NumberType, view: DataView): (offset: number, value: number) => void {
  const { minimum, maximum } = rangeOf(type);
  const whole = (value: number) => Math.max(minimum, Math.min(maximum, Math.round(value) || 0));
  switch (type) {
    case "f32":
      return (offset, value) => view.setFloat32(offset, value, true);
    case "f64":
      return (offset, value) => view.setFloat64(offset, value, true);
    case "u64":
      return (offset, value) => view.setBigUint64(offset, BigInt(whole(value)), true);
    case "i64":
      return (offset, value) => view.setBigInt64(offset, BigInt(whole(value)), true);
    case "u32":
      return (offset, value) => view.setUint32(offset, whole(value), true);
    case "i32":
      return (offset, value) => view.setInt32(offset, whole(value), true);
    case "u16":
      return (offset, value) => view.setUint16(offset, whole(value), true);
    case "i16":
      return (offset, value) => view.setInt16(offset, whole(value), true);
    case "u8":
      return (offset, value) => view.setUint8(offset, whole(value));
    case "i8":
      return (offset, value) => view.setInt8(offset, whole(value));
  }
}

/** The whole numbers that a type holds exactly, or all finite numbers. */
export function rangeOf(type: NumberType): { minimum: number; maximum: number } {
  if (type.startsWith("f")) return { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE };
  const bits = Math.min(Number(type.slice(1)), 53);
  return type.startsWith("u")
    ? { minimum: 0, maximum: 2 ** bits - 1 }
    : { minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 };
}

/** Eight significant digits, without the zeros that say nothing. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(8)));
}

const LARGE = ["million", "billion", "trillion"];

/** At most four significant digits: a headline is read at a glance. `12,350`, `123.5 million`, `1.235e+21`. */
export function headlineText(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const size = Math.abs(rounded);
  if (!Number.isFinite(value) || size < 10_000) return numberText(rounded);
  if (size < 1_000_000) return rounded.toLocaleString("en");
  const step = Math.floor(Math.log10(size) / 3);
  const name = LARGE[step - 2];
  return name === undefined ? rounded.toExponential() : `${Number((rounded / 1000 ** step).toPrecision(4))} ${name}`;
}

/** A share of a whole, or a setting. How sure a model is says `look/certainty`. */
export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** How long ago, for a reading that is fresh: `just now`, `4 s ago`, `2 min ago`. */
export function agoText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return "just now";
  return seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
