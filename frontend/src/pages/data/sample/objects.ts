// The objects of a picture while somebody marks them. Pure. Places are fractions of width and height, from the upper left.

export interface MarkedObject {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface ObjectPlace {
  readonly x: number;
  readonly y: number;
}

export type ObjectAction =
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "label"; readonly key: string }
  | { readonly kind: "place" | "remove" | "undo" };

/** How far an arrow moves the cross, and with Shift. */
const STEP = 0.01;
const LARGE_STEP = 0.1;
/** How near an object is to the cross that Delete removes. */
export const REACH = 0.04;
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The action of a key on the picture, or null. */
export function objectAction(press: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}): ObjectAction | null {
  const { key } = press;
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) return key.toLowerCase() === "z" ? { kind: "undo" } : null;
  const direction = DIRECTIONS[key];
  if (direction !== undefined) {
    const step = press.shiftKey ? LARGE_STEP : STEP;
    return { kind: "move", x: direction[0] * step, y: direction[1] * step };
  }
  if (key === "Enter" || key === " ") return { kind: "place" };
  if (key === "Delete" || key === "Backspace") return { kind: "remove" };
  if (/^[1-9]$/.test(key)) return { kind: "label", key };
  return key.toLowerCase() === "u" ? { kind: "undo" } : null;
}

/** The place inside of the picture that is nearest to this one, rounded to what is stored. */
export function inPicture(place: ObjectPlace): ObjectPlace {
  const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1e5) / 1e5;
  return { x: within(place.x), y: within(place.y) };
}

/** The index of the object that is nearest to a place and within reach of it; -1 where none is. */
export function nearest(objects: readonly MarkedObject[], place: ObjectPlace, reach = REACH): number {
  let best = -1;
  let least = reach;
  objects.forEach(({ x, y }, index) => {
    const distance = Math.hypot(x - place.x, y - place.y);
    if (distance <= least) [best, least] = [index, distance];
  });
  return best;
}

/** A place in words: `25 % from the left, 50 % from the top`. */
export function placeText({ x, y }: ObjectPlace): string {
  return `${percentText(x)} % from the left, ${percentText(y)} % from the top`;
}

/** A fraction as the fields of the list have it: `25`, or `33.3`. */
export function percentText(fraction: number): string {
  return String(Math.round(fraction * 1000) / 10);
}

/** The fraction that a field says; null where it says none that is in the picture. */
export function fractionOf(text: string): number | null {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0 || value > 100) return null;
  return Math.round(value * 1000) / 1e5;
}

/** How many objects there are, in words. */
export function countText(count: number): string {
  return count === 0 ? "no objects" : `${count} object${count === 1 ? "" : "s"}`;
}

/** The objects that the attribute of a page has; null where nobody marked the picture. */
export function readObjects(text: string): readonly MarkedObject[] | null {
  return JSON.parse(text) as readonly MarkedObject[] | null;
}
