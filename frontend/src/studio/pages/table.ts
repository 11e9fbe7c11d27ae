// Comma-separated values as a table and as lines to draw. Pure.
import Papa from "papaparse";
import { count } from "../format/quantities";

export interface Table {
  /** Names of the columns: the first row's, or numbers from 1 where that row is data. */
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  readonly rows: readonly (readonly string[])[];
  /** The oddities of the text, as sentences. */
  readonly problems: readonly string[];
}

/** A row is data when all that it holds are numbers. */
function isData(row: readonly string[]): boolean {
  return row.length > 0 && row.every((cell) => cell.trim() !== "" && Number.isFinite(Number(cell)));
}

export function readTable(text: string): Table {
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: "greedy" });
  const [first] = data;
  if (first === undefined) return { columns: [], hasHeader: false, rows: [], problems: [] };
  const hasHeader = !isData(first);
  const width = data.reduce((most, row) => Math.max(most, row.length), 0);
  const columns = Array.from(
    { length: width },
    (_, index) => (hasHeader ? (first[index] ?? "").trim() : "") || String(index + 1),
  );
  const rows = hasHeader ? data.slice(1) : data;
  const uneven = rows.findIndex((row) => row.length !== width);
  const problems = errors
    .filter((error) => error.type === "Quotes")
    .map((error) => `Row ${(error.row ?? 0) + 1}: a quote is not closed, or stands where none can.`);
  if (uneven >= 0)
    problems.push(
      `Row ${uneven + 1 + (hasHeader ? 1 : 0)} has ${count(rows[uneven]?.length ?? 0, "value")}, others have ${width}.`,
    );
  return { columns, hasHeader, rows, problems: problems.slice(0, 5) };
}

export interface ColumnLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Columns that are numbers, apart from gaps. */
export function linesOf(table: Table): readonly ColumnLine[] {
  return table.columns.flatMap((name, column) => {
    const values = table.rows.map((row) => {
      const cell = row[column]?.trim() ?? "";
      const value = Number(cell);
      return cell === "" || !Number.isFinite(value) ? null : value;
    });
    const numbers = values.filter((value) => value !== null).length;
    return numbers > 0 && numbers >= values.length * 0.9 ? [{ name, values }] : [];
  });
}

export interface Plot {
  /** The column on the horizontal axis; null where that is the row's number. */
  readonly over: ColumnLine | null;
  readonly lines: readonly ColumnLine[];
}

/** The plot of a table: over the first column where that one is named and only grows, such as a time or an epoch. */
export function plotOf(table: Table): Plot {
  const lines = linesOf(table);
  const [first, ...others] = lines;
  if (first === undefined || others.length === 0 || !table.hasHeader || first.name !== table.columns[0])
    return { over: null, lines };
  const grows = first.values.every(
    (value, index, all) => value !== null && (index === 0 || value > (all[index - 1] ?? value)),
  );
  return grows ? { over: first, lines: others } : { over: null, lines };
}
