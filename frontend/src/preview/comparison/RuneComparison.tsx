// A second rune on what the first one was given, run for run: what each answers, side by side. It runs in a sandboxed
// frame of its own, and never holds the first one up: of inputs that come while it runs, it takes the newest.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { BriefAnswer } from "../outputs/BriefAnswer";
import type { Card } from "../readings/readings";
import type { Snapshot } from "../running/session";
import { useSession } from "../running/use-session";
import { refitted } from "./refit";
import { verdict } from "./verdict";
import "./comparison.css";
import { InlineCode } from "../../look/code/InlineCode";

const NO_INPUT = "It answers here as soon as there is input.";

export interface ComparisonSide {
  readonly name: string;
  /** Actions on it. */
  readonly below: ReactNode;
}

interface Props {
  /** The run in the preview. */
  readonly running: Snapshot;
  /** The rune that runs beside it, or null while there is none. */
  readonly rune: ArrayBuffer | null;
  /** Said while there is none. */
  readonly waiting: string;
  readonly sides: readonly [running: ComparisonSide, beside: ComparisonSide];
  /** Told of what each says to the same input. */
  readonly children?: (running: readonly Card[], beside: readonly Card[]) => ReactNode;
}

export default function RuneComparison({ running, rune, waiting, sides, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [session, beside] = useSession(rune, null, undefined, frame, undefined, undefined);
  // The first rune's answers by the input that both runes got: one run may be ahead of the other.
  const [cardsByInput] = useState(() => new WeakMap<ArrayBuffer, readonly Card[]>());
  const { loadedRune, ran, readings, newest, calling } = running;
  const { loadedRune: other } = beside;
  const isHeard = readings.cards.length > 0;
  useEffect(() => session.setCalling(calling), [session, calling]);
  useEffect(() => {
    if (loadedRune === null || other === null || readings.cards.length === 0) return;
    for (const [place, data] of ran) {
      const [from, to] = [loadedRune.capabilities[place], other.capabilities[place]];
      const input = from === undefined || to === undefined ? null : refitted(data, from, to);
      if (input === null) continue;
      cardsByInput.set(input, readings.cards);
      session.offer(place, input, newest?.isStream ?? false);
    }
  }, [session, cardsByInput, loadedRune, other, ran, readings, newest]);

  const answers = isHeard && rune !== null ? beside.readings.cards : [];
  const input = beside.ran.get(0);
  const cards = (answers.length > 0 && input !== undefined ? cardsByInput.get(input) : undefined) ?? readings.cards;
  const [first, second] = sides;
  return (
    <div className="stack">
      {children?.(cards, answers)}
      <div ref={frame} hidden />
      {beside.error !== null && (
        <div className="notice bad row wrap" role="alert">
          <p className="small preview-message">
            <InlineCode>{`With ${sides[1].name}: ${beside.error.message}`}</InlineCode>
          </p>
          <button type="button" className="button" onClick={session.restart}>
            Restart
          </button>
        </div>
      )}
      <div className="versus">
        <Side side={first} cards={cards} waiting={NO_INPUT} />
        <Side side={second} cards={answers} waiting={rune === null ? waiting : waitingFor(beside, isHeard)} />
      </div>
      {answers.length > 0 && <p className="small">{verdict(cards, answers)}</p>}
    </div>
  );
}

function waitingFor({ error, fetching, loadedRune }: Snapshot, isHeard: boolean): string {
  if (error !== null) return "It does not run.";
  if (fetching !== null) return `Fetching ${fetching.name}, which runs this rune's model…`;
  return loadedRune !== null && !isHeard ? NO_INPUT : "Running…";
}

function Side({
  side: { name, below },
  cards,
  waiting,
}: {
  readonly side: ComparisonSide;
  readonly cards: readonly Card[];
  readonly waiting: string;
}) {
  return (
    <section aria-label={`With ${name}`}>
      <b className="small">{name}</b>
      <div className="says-so">
        {cards.length === 0 ? (
          <p className="small muted">{waiting}</p>
        ) : (
          cards.map((card) => <BriefAnswer key={card.key} card={card} />)
        )}
      </div>
      {below}
    </section>
  );
}
