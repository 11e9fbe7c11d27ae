// The result of a compiled test beside that of the same test in Python, and the values of its runs, to the last bit.
// Pure.
import type { OutputRecord, OutputPiece, TestResult } from "../../../blocks";
import type { Watch } from "../../../api/schema";

type CompiledTest = NonNullable<Watch["tests"]>["tests"][number];

export interface CompiledComparison {
  readonly label: string;
  /** Whether Python and the compiled block agree; null while it is not known. */
  readonly agrees: boolean | null;
  /** The answer or value of the compiled block, where it differs. */
  readonly difference: string;
}

/**
 * A failed test agrees where it fails at the same line with the same words. One that came to its end, passed or failed, agrees
 * where all outputs of its runs have the same bytes.
 */
export function compareWithCompiled(
  result: TestResult,
  compiledTests: readonly CompiledTest[] | null,
): CompiledComparison {
  const test = compiledTests?.find(({ name }) => name === result.name);
  if (test === undefined) return { label: "…", agrees: null, difference: "" };
  const { problem, output } = test;
  const { failure } = result;
  const mismatch = output === null ? null : differenceOf(result, output);
  if (mismatch !== null) return { label: "Differs", agrees: false, difference: mismatch };
  if (problem === null && failure === null) return { label: "Same bits", agrees: true, difference: "" };
  if (problem === null) return { label: "Differs", agrees: false, difference: "Compiled, it passes." };
  if (failure === null)
    return { label: "Differs", agrees: false, difference: `Line ${problem.line}: ${problem.message}` };
  const isSame = problem.line === failure.line && problem.file === failure.file && problem.message === failure.message;
  return isSame
    ? { label: "The same", agrees: true, difference: "" }
    : { label: "Differs", agrees: false, difference: `Line ${problem.line}: ${problem.message}` };
}

/** A sentence on the first number in which the outputs differ; null where all bytes are the same. */
function differenceOf({ output: record, pieces }: TestResult, compiledOutput: OutputRecord): string | null {
  if (record.sum === compiledOutput.sum && record.count === compiledOutput.count) return null;
  const mine = bytesOf(record.first);
  const theirs = bytesOf(compiledOutput.first);
  const at = mine.findIndex((byte, place) => byte !== theirs[place]);
  const here = at < 0 ? null : pieceAt(pieces, at);
  if (here === null) {
    return record.count === compiledOutput.count
      ? `Its outputs differ after the first ${mine.length.toLocaleString("en")} bytes.`
      : `Its outputs have ${compiledOutput.count.toLocaleString("en")} bytes; in Python they have ${record.count.toLocaleString("en")}.`;
  }
  const { piece, begin } = here;
  const size = sizeOf(piece.element);
  const element = Math.floor((at - begin) / size);
  const place = begin + element * size;
  const [actual, expected] = [theirs, mine].map((bytes) => numberAt(bytes, place, piece.element));
  const output = pieces.some(({ output: other }) => other > 0) ? ` of output ${piece.output + 1}` : "";
  return `Run ${piece.run}: element ${element}${output} is ${actual}; in Python it is ${expected}.`;
}

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function pieceAt(
  pieces: readonly OutputPiece[],
  at: number,
): { readonly piece: OutputPiece; readonly begin: number } | null {
  let begin = 0;
  for (const piece of pieces) {
    if (at < begin + piece.size) return { piece, begin };
    begin += piece.size;
  }
  return null;
}

const READ: Readonly<Record<string, (view: DataView, at: number) => number | bigint>> = {
  u8: (view, at) => view.getUint8(at),
  i8: (view, at) => view.getInt8(at),
  u16: (view, at) => view.getUint16(at, true),
  i16: (view, at) => view.getInt16(at, true),
  u32: (view, at) => view.getUint32(at, true),
  i32: (view, at) => view.getInt32(at, true),
  i64: (view, at) => view.getBigInt64(at, true),
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
};

function sizeOf(element: string): number {
  return Number(element.slice(1)) / 8;
}

/** A number with all its digits; nothing where it is cut off. */
function numberAt(bytes: Uint8Array, at: number, element: string): string {
  if (at + sizeOf(element) > bytes.length) return "missing";
  const value = READ[element]?.(new DataView(bytes.buffer, bytes.byteOffset), at) ?? Number.NaN;
  if (Object.is(value, -0)) return "-0";
  return element === "f32" ? String(Number(Number(value).toPrecision(9))) : String(value);
}
