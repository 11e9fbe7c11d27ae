// Objects in a picture: how many there are of each kind, in words, and the marks that stand on the picture. Pure.
import { certaintyText } from "../../../look/certainty/certainty";

/** A kind of object. */
export interface ObjectKind {
  /** Its place among the kinds, which its colour follows. */
  readonly index: number;
  readonly name: string;
  readonly count: number;
}

/** An object on the picture; its sides are shares of the picture's, 0 to 1. */
export interface ObjectMark {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly kind: Pick<ObjectKind, "index" | "name">;
  /** 0 to 1, where the model says how sure it is. */
  readonly share: number | null;
  /** True if it is above the threshold. */
  readonly isCounted: boolean;
}

/** Everything that a rune said of the objects in one picture. */
export interface ObjectCount {
  /** The most frequent first; those without objects last. */
  readonly kinds: readonly ObjectKind[];
  readonly marks: readonly ObjectMark[];
  /** The score that an object needs, 0 to 1; null where none is known. */
  readonly threshold: number | null;
}

/** The kinds in the order in which they are said. */
export function orderedKinds(kinds: readonly ObjectKind[]): readonly ObjectKind[] {
  return kinds.toSorted((one, other) => other.count - one.count);
}

/** The kinds of marks that count, each with its count. */
export function kindsOf(marks: readonly Pick<ObjectMark, "kind" | "isCounted">[]): readonly ObjectKind[] {
  const kinds = new Map<number, ObjectKind>();
  for (const { kind, isCounted } of marks)
    if (isCounted) kinds.set(kind.index, { ...kind, count: (kinds.get(kind.index)?.count ?? 0) + 1 });
  return orderedKinds([...kinds.values()]);
}

/** Words of letters from a to z, which have an English plural; others stay as their person wrote them. */
const PLAIN = /^[a-z]+( [a-z]+)*$/u;

/** `coins` for three of `coin`: a label that is no plain word, or already ends as a plural, stays as it is. */
export function nounOf({ name, count }: Pick<ObjectKind, "name" | "count">): string {
  if (count === 1 || !PLAIN.test(name) || /[^s]s$/u.test(name)) return name;
  if (/(?:ss|x|z|ch|sh)$/u.test(name)) return `${name}es`;
  return /[^aeiou]y$/u.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** The first kind apart from the others: `3` `coins` `and 2 nuts`. */
export interface CountWords {
  readonly count: string;
  readonly noun: string;
  /** Null where there is no other kind. */
  readonly rest: string | null;
}

export function countWords(kinds: readonly ObjectKind[]): CountWords {
  const [first, ...others] = kinds.filter(({ count }) => count > 0);
  if (first === undefined) return { count: "0", noun: "objects", rest: null };
  const rest = others.length === 0 ? null : `and ${listText(others.map(textOf))}`;
  return { count: String(first.count), noun: nounOf(first), rest };
}

/** `3 coins and 2 nuts`. */
export function countText(kinds: readonly ObjectKind[]): string {
  const present = kinds.filter(({ count }) => count > 0);
  return present.length === 0 ? "0 objects" : listText(present.map(textOf));
}

function textOf(kind: ObjectKind): string {
  return `${kind.count} ${nounOf(kind)}`;
}

function listText(texts: readonly string[]): string {
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} and ${last}`;
}

/** `5 above 50 %. One at 41 % is dotted and not counted.`; null where no threshold is known. */
export function thresholdText({ kinds, marks, threshold }: ObjectCount): string | null {
  if (threshold === null) return null;
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
  const uncounted = marks.flatMap(({ share, isCounted }) => (isCounted || share === null ? [] : [share]));
  const sentence = `${count} above ${certaintyText(threshold)}.`;
  const [only] = uncounted;
  if (only === undefined) return sentence;
  if (uncounted.length === 1) return `${sentence} One at ${certaintyText(only)} is dotted and not counted.`;
  return `${sentence} ${uncounted.length} below it are dotted and not counted.`;
}

/** How sure the model is of a kind's marks: `88 % to 98 %`, `98 %`; null where it does not say. */
export function kindCertainty({ index }: ObjectKind, marks: readonly ObjectMark[]): string | null {
  const shares = marks.flatMap(({ kind, share, isCounted }) =>
    kind.index === index && isCounted ? (share ?? []) : [],
  );
  if (shares.length === 0) return null;
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map(certaintyText);
  return least === most ? (most ?? null) : `${least} to ${most}`;
}
