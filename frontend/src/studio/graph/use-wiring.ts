// A wire that is being drawn: where it began, what it may end at, and the edit that comes of it.
import type { Outline, OutlineWire } from "../../api/schema";
import { useRef, useState } from "react";
import type { GraphEdit, Port } from "../edits/graph-requests";
import { endAt, keyOf, verdictsFor, type Connecting, type PortEnd } from "./canvas/connecting";
import type { GraphLanguage } from "../edits/graph-language";

interface WiringOptions {
  readonly language: GraphLanguage;
  readonly outline: Outline;
  readonly readOnly: boolean;
  readonly say: (sentence: string) => void;
  readonly edit: (change: GraphEdit) => Promise<unknown>;
  /** A wire from this output was let go over nothing. */
  readonly onNothing: (from: Port) => void;
}

export interface Wiring {
  readonly connecting: Connecting | null;
  readonly begin: (from: PortEnd) => void;
  readonly stop: () => void;
  /** An end of a wire that is there is taken; the other, at `fixedSide`, stays. */
  readonly detach: (wire: OutlineWire, fixedSide: PortEnd["side"]) => void;
  /** The wire on its way ends at a port, somewhere on a stage, or nowhere. What does not fit is said. */
  readonly finish: (to: PortEnd | { readonly stage: string } | null) => Promise<void>;
  /** A port is pressed: a wire begins there, or the one on its way ends there. */
  readonly tap: (end: PortEnd) => void;
}

export function useWiring({ language, outline, readOnly, say, edit, onNothing }: WiringOptions): Wiring {
  const [connecting, setConnecting] = useState<Connecting | null>(null);
  const detachedWire = useRef<{ readonly wire: OutlineWire; readonly fixedSide: PortEnd["side"] } | null>(null);
  const verdicts = useRef<Promise<ReadonlyMap<string, string | null>>>(Promise.resolve(new Map()));

  const begin = (from: PortEnd): void => {
    if (readOnly) return;
    setConnecting({ from, verdicts: new Map() });
    verdicts.current = verdictsFor(language, from).catch(() => new Map<string, string | null>());
    void verdicts.current.then((answer) =>
      setConnecting((before) => (before !== null && before.from === from ? { from, verdicts: answer } : before)),
    );
  };
  const stop = (): void => {
    detachedWire.current = null;
    setConnecting(null);
  };
  const isConnected =
    (stage: string) =>
    (index: number): boolean =>
      outline.wires.some((wire) => wire.target === stage && wire.target_index === index);

  const finish = async (to: PortEnd | { readonly stage: string } | null): Promise<void> => {
    const from = connecting?.from ?? null;
    const movedWire = detachedWire.current;
    stop();
    if (from === null || readOnly) return;
    if (to === null || to.stage === from.stage) {
      const lost =
        movedWire?.wire ??
        (from.side === "input"
          ? outline.wires.find((wire) => wire.target === from.stage && wire.target_index === from.index)
          : undefined);
      if (to === null && lost !== undefined)
        await edit({ edit: "disconnect", target: lost.target, target_index: lost.target_index });
      else if (to === null && movedWire === null && from.side === "output") onNothing(from);
      return;
    }
    const knownVerdicts = await verdicts.current;
    const end = "side" in to ? { index: to.index } : endAt(knownVerdicts, to.stage, isConnected(to.stage));
    if (end === null || ("side" in to && to.side === from.side)) return;
    const reason =
      "reason" in end ? end.reason : (knownVerdicts.get(keyOf({ stage: to.stage, index: end.index })) ?? null);
    if (reason !== null) {
      say(reason);
      return;
    }
    const other = { stage: to.stage, index: "index" in end ? end.index : 0 };
    const [source, target] =
      from.side === "output"
        ? [{ stage: from.stage, index: from.index }, other]
        : [other, { stage: from.stage, index: from.index }];
    if (
      movedWire !== null &&
      target.stage === movedWire.wire.target &&
      target.index === movedWire.wire.target_index &&
      source.stage === movedWire.wire.source &&
      source.index === movedWire.wire.source_index
    )
      return;
    const connectEdit = { edit: "connect", source, target: target.stage, target_index: target.index } as const;
    const isMoved = movedWire !== null && movedWire.fixedSide === "output";
    await edit(
      isMoved
        ? {
            edit: "several",
            edits: [
              connectEdit,
              { edit: "disconnect", target: movedWire.wire.target, target_index: movedWire.wire.target_index },
            ],
          }
        : connectEdit,
    );
  };

  return {
    connecting,
    begin,
    stop,
    detach: (wire, fixedSide) => {
      detachedWire.current = { wire, fixedSide };
    },
    finish,
    tap: (end) => {
      if (connecting === null || connecting.from.side === end.side) begin(end);
      else void finish(end);
    },
  };
}
