// Sentences of the form about figures that the compiler counts, and of arguments that differ from a size. Pure.
import type { ResponseJson } from "../../api/request";
import { millisecondsText, sizeText } from "../../look/quantities";

export type Sizes = ResponseJson<"get", "/api/v1/projects/{organisation}/{name}/training/sizes">;
export type Needs = ResponseJson<"post", "/api/v1/projects/{organisation}/{name}/training/needs">;
/** The figures of a size, or of the settings on a board. */
export type CountedFigures = Pick<
  Needs["boards"][number],
  "ram" | "flash" | "instructions" | "milliseconds" | "refusal" | "excess"
>;
export type FigureName = "ram" | "flash" | "instructions" | "milliseconds";

/** A figure as people read it; "" where there is none. */
export function figureText(name: FigureName, figures: CountedFigures): string {
  if (name === "milliseconds") {
    const [least, most] = figures.milliseconds ?? [];
    if (least === undefined || most === undefined) return "";
    const [low, high] = [millisecondsText(least), millisecondsText(most)];
    return low === high ? low : `${low} to ${high}`;
  }
  const value = figures[name];
  if (value === null) return "";
  return name === "instructions" ? `${(value / 1e6).toFixed(2)} M` : sizeText(value);
}

export interface Verdict {
  readonly text: string;
  readonly isBad: boolean;
}

/** Whether figures are within their limits; null while they are counted, or where they cannot be. `boards` names where. */
export function verdictOf(rows: readonly CountedFigures[], boards: string): Verdict | null {
  const worst = rows.flatMap(({ excess }) => excess)[0];
  if (worst !== undefined) return { text: worst.text, isBad: true };
  return rows.length > 0 && rows.every(({ ram }) => ram !== null) ? { text: `Fits ${boards}`, isBad: false } : null;
}

/** Whether a figure is over its limit. */
export function isOver(name: FigureName, figures: CountedFigures): boolean {
  return figures.excess.some(({ figure }) => figure === name);
}

/** The sentence about the arguments that differ from a size; "" where none does. */
export function differingText(titles: readonly string[], size: string): string {
  if (titles.length === 0) return "";
  const names = titles.map((title) => title.toLowerCase()).join(", ");
  return `${String(titles.length)} ${titles.length === 1 ? "differs" : "differ"} from ${size}: ${names}`;
}

/** Whether an argument is meant by what somebody looks for: all of its words are in the text. */
export function matchesQuery(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

/** Whether the text of a field is the value of the size. */
export function isSame(text: string, base: string): boolean {
  const value = Number(text);
  return text.trim() !== "" && Math.abs(value - Number(base)) <= 1e-9 * Math.max(1, Math.abs(Number(base)));
}

/** A value of an argument as its field has it. */
export function fieldText(value: number, isShare: boolean): string {
  return String(Number((isShare ? value * 100 : value).toPrecision(12)));
}

/** The sizes whose arguments are those of the fields, by name. `values` has the texts of the fields by argument. */
export function sizeWith(
  sizes: readonly { readonly name: string; readonly arguments: Readonly<Record<string, number>> }[],
  own: readonly string[],
  values: ReadonlyMap<string, number>,
): string | null {
  const match = sizes.find((size) => own.every((name) => values.get(name) === size.arguments[name]));
  return match?.name ?? null;
}

/** The arguments in which sizes differ. */
export function sizeArguments(
  sizes: readonly { readonly arguments: Readonly<Record<string, number>> }[],
): readonly string[] {
  const [first, ...others] = sizes;
  if (first === undefined) return [];
  return Object.keys(first.arguments).filter((name) =>
    others.some((size) => size.arguments[name] !== first.arguments[name]),
  );
}
