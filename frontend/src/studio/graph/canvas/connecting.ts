// A wire on its way: begun at one port by a drag, a tap or a key, until it ends at another. Says of each end whether it fits.
import type { Diagnostic, OutlineWire } from "../../../api/schema";
import { createContext } from "react";
import type { Port } from "../../edits/graph-requests";
import type { GraphLanguage } from "../../edits/graph-language";

export interface PortEnd extends Port {
  readonly side: "output" | "input";
}

export interface Connecting {
  readonly from: PortEnd;
  /** Why a wire to this port would not fit, null if it does; not there while the language is asked. */
  readonly verdicts: ReadonlyMap<string, string | null>;
}

/** The acts and state of the canvas that its stages and wires need. */
export interface CanvasActions {
  readonly connecting: Connecting | null;
  /** A port was pressed: a wire begins there, or the one on its way ends there. */
  readonly tapPort: (end: PortEnd) => void;
  /** The label of a wire was pressed. */
  readonly pressLabel: (wire: OutlineWire) => void;
  /** The badge of a stage was pressed. */
  readonly goToProblem: (problem: Diagnostic) => void;
  readonly readOnly: boolean;
}

export const CanvasActionsContext = createContext<CanvasActions>({
  connecting: null,
  tapPort: () => undefined,
  pressLabel: () => undefined,
  goToProblem: () => undefined,
  readOnly: true,
});

export function keyOf({ stage, index }: Port): string {
  return `${stage} ${index}`;
}

/** All that a wire from (or to) this port could end at. */
export async function verdictsFor(language: GraphLanguage, from: PortEnd): Promise<ReadonlyMap<string, string | null>> {
  const ports = from.side === "output" ? await language.fits(from) : await language.sources(from.stage, from.index);
  return new Map(ports.map((each) => [keyOf(each), each.reason]));
}

/**
 * The verdict about a stage as the other end: the index of a port that fits, or why none does. An empty input comes
 * first.
 */
export function endAt(
  verdicts: ReadonlyMap<string, string | null>,
  stage: string,
  isConnected: (index: number) => boolean,
): { readonly index: number } | { readonly reason: string } | null {
  const ends = [...verdicts]
    .filter(([key]) => key.slice(0, key.lastIndexOf(" ")) === stage)
    .map(([key, reason]) => ({ index: Number(key.slice(key.lastIndexOf(" ") + 1)), reason }));
  const fitting = ends
    .filter(({ reason }) => reason === null)
    .toSorted(
      (one, other) => Number(isConnected(one.index)) - Number(isConnected(other.index)) || one.index - other.index,
    );
  if (fitting[0] !== undefined) return { index: fitting[0].index };
  const reason = ends.find((each) => each.reason !== null)?.reason;
  return reason === undefined || reason === null ? null : { reason };
}
