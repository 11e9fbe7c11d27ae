// The keys of the list of samples. Pure.

export type KeyAction =
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "move"; readonly columns: number; readonly rows: number; readonly selects: boolean }
  | { readonly kind: "play" | "select" | "select-to" | "select-all" | "select-none" | "undo" | "accept" | "delete" };

export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  n: [1, 0],
};

/**
 * The action of a key, or null. `labels` are those with a key, by it; without the right to label there are none.
 * `hasProposal`: Enter accepts the label that is proposed for the sample in focus.
 */
export function actionOf(
  press: PressedKey,
  labels: ReadonlyMap<string, string>,
  hasProposal = false,
): KeyAction | null {
  const mayChange = labels.size > 0;
  if (press.ctrlKey || press.metaKey) {
    if (!mayChange || press.altKey) return null;
    if (press.key.toLowerCase() === "a") return { kind: "select-all" };
    return press.key.toLowerCase() === "z" ? { kind: "undo" } : null;
  }
  if (press.altKey) return null;
  const label = labels.get(press.key);
  if (label !== undefined) return { kind: "label", label };
  const move = MOVES[press.key];
  if (move !== undefined)
    return { kind: "move", columns: move[0], rows: move[1], selects: press.shiftKey && mayChange };
  if (press.key === "Enter") return hasProposal && mayChange ? { kind: "accept" } : null;
  if (press.key === " ") return { kind: "play" };
  if (press.key.toLowerCase() === "x") return { kind: press.shiftKey ? "select-to" : "select" };
  if (press.key === "Escape") return { kind: "select-none" };
  if (press.key === "Delete" && mayChange) return { kind: "delete" };
  return press.key.toLowerCase() === "u" && mayChange ? { kind: "undo" } : null;
}

/** The index that a move leads to; the same where it would leave the list. */
export function movedIndex(
  index: number,
  count: number,
  columns: number,
  by: { columns: number; rows: number },
): number {
  const next = index + by.columns + by.rows * columns;
  return next < 0 || next >= count ? index : next;
}
