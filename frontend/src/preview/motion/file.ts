// Rows of motion from a CSV file.
import { rowsToBytes, type MotionRow } from "./motion";

/**
 * f32 [n, 3] of the first `count` rows of a CSV, as `rune run` takes them: what is not in the file is not made up. Throws an
 * Error where there are fewer, and those of `parseRows`.
 */
export function windowOfFile(text: string, count: number): ArrayBuffer {
  const rows = parseRows(text);
  if (rows.length < count) throw new Error(`${count} samples were requested but only ${rows.length} are available.`);
  return rowsToBytes(rows.slice(0, count), count);
}

/** All rows of a CSV, `count` at a time and each once; what is left over at the end is too short. Throws as `windowOfFile` does. */
export function chunksOf(text: string, count: number): readonly ArrayBuffer[] {
  const rows = parseRows(text);
  if (rows.length < count) throw new Error(`${count} samples were requested but only ${rows.length} are available.`);
  return Array.from({ length: Math.floor(rows.length / count) }, (_, index) =>
    rowsToBytes(rows.slice(index * count, (index + 1) * count), count),
  );
}

const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*(?:e[+-]?[0-9]+)?|\.[0-9]+(?:e[+-]?[0-9]+)?)$/i;
const NO_NUMBER = /^([+-]?)(inf|infinity|nan)$/i;
/** How a field begins that is not the name of a column. */
const LIKE_A_NUMBER = /^[-+.]?[0-9]|^[-+]?(?:inf|infinity|nan)$/i;
const EMPTY = /^[ \t,;]*$/;

interface Columns {
  /** Where x, y and z stand. */
  readonly places: MotionRow;
  /** Fields of a line. */
  readonly width: number;
}

/**
 * Rows of a CSV, by the rules of `rune run` (rune/running/runtime/inputs/tables.py, held to the same cases). The first line says what
 * separates; spaces, quotes and separators at the end of a line do not count. A first line in which nothing looks like a
 * number names the columns. Throws an Error that names the line.
 */
export function parseRows(text: string): MotionRow[] {
  const rows = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => !EMPTY.test(line));
  const [first] = rows;
  if (first === undefined) return [];
  const separator = [";", ",", "\t"].find((mark) => first.line.includes(mark)) ?? ",";
  const names = fieldsOf(first.line, separator);
  const hasHeader = !names.some((field) => LIKE_A_NUMBER.test(field));
  const columns = hasHeader ? namedColumns(names, first.number) : PLAIN;
  return rows.slice(hasHeader ? 1 : 0).map(({ line, number }) => rowOf(fieldsOf(line, separator), number, columns));
}

const PLAIN: Columns = { places: [0, 1, 2], width: 3 };

const AXES = ["x", "y", "z"] as const;

/** Finds x, y and z among the names of columns, as `column_places` of rune/csv_text.py does. Throws an Error that names those that are missing. */
function namedColumns(header: readonly string[], line: number): Columns {
  const titles = header.map((title) => title.trim().toLowerCase());
  const width = header.length;
  const [exact] = placesOf(titles, "");
  if (exact !== undefined) return { places: exact, width };
  const ends = titles.map((title) => title.replaceAll(/^[\]) ]+|[\]) ]+$/g, ""));
  const beginnings = new Set(ends.filter((end) => end.endsWith("x")).map((end) => end.slice(0, -1)));
  const shared = [...beginnings].flatMap((beginning) => placesOf(ends, beginning));
  if (shared.length === 1 && shared[0] !== undefined) return { places: shared[0], width };
  if (width === 3 && AXES.every((axis, place) => ends[place]?.endsWith(axis))) return PLAIN;
  const twice = AXES.find((axis) => titles.indexOf(axis) !== titles.lastIndexOf(axis));
  if (twice !== undefined) throw new Error(`Line ${line} names two columns ${twice}.`);
  const missing = AXES.filter((axis) => !titles.includes(axis));
  const noun = missing.length === 1 ? "column" : "columns";
  const shown = header.slice(0, 10).map((title) => title.slice(0, 40));
  throw new Error(`Line ${line} names no ${noun} ${listed(missing)}: it has ${listed(shown)}.`);
}

/** Where the axes are whose names have this beginning; none where one is missing or there twice. */
function placesOf(titles: readonly string[], beginning: string): readonly MotionRow[] {
  const [x, y, z] = AXES.map((axis) => {
    const place = titles.indexOf(beginning + axis);
    return place === titles.lastIndexOf(beginning + axis) ? place : -1;
  });
  return x === undefined || y === undefined || z === undefined || Math.min(x, y, z) < 0 ? [] : [[x, y, z]];
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last;
}

function fieldsOf(line: string, separator: string): string[] {
  const fields = line.split(separator).map((field) => bare(trimmed(field)));
  const end = fields.findLastIndex((field) => field !== "");
  return fields.slice(0, end + 1);
}

const trimmed = (field: string): string => field.replaceAll(/^[ \t]+|[ \t]+$/g, "");

function bare(field: string): string {
  const isQuoted = field.length >= 2 && field.startsWith('"') && field.endsWith('"');
  return isQuoted ? trimmed(field.slice(1, -1)) : field;
}

function rowOf(fields: readonly string[], number: number, { places, width }: Columns): MotionRow {
  if (fields.length !== width) {
    const advice = width === 3 && fields.length > 3 ? "; a first line that names columns x, y and z picks them" : "";
    throw new Error(`Line ${number} should have ${width} fields but it actually had ${fields.length}${advice}.`);
  }
  const value = (place: number): number => numberOf(fields[place] ?? "", number);
  return [value(places[0]), value(places[1]), value(places[2])];
}

function numberOf(field: string, line: number): number {
  if (NUMBER.test(field)) return Number(field);
  const other = NO_NUMBER.exec(field);
  if (other !== null) return other[2]?.toLowerCase() === "nan" ? NaN : other[1] === "-" ? -Infinity : Infinity;
  const advice = field.includes(",") ? "; write decimals with a point" : "";
  throw new Error(`Unable to parse "${field.slice(0, 40)}" on line ${line}${advice}.`);
}
