// Who will see a recording and how long it is kept: its person chooses the time, and reads the rest before sending it.
import { useEffect, useId, useState } from "react";

const SPANS: readonly { readonly days: number; readonly name: string }[] = [
  { days: 7, name: "a week" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "a year" },
];
const UNTIL_DELETED = { days: 0, name: "until somebody deletes it" };
const USUAL_DAYS = 90;

/** As the server words them. */
interface Terms {
  readonly ends: string | null;
  readonly days: number;
  readonly text: string;
}

export interface TermsReading {
  readonly days: number;
  readonly setDays: (days: number) => void;
  /** Those of `days`; null until they are there. */
  readonly terms: Terms | null;
  /** Why they could not be read. */
  readonly problem: unknown;
  /** For when they have changed meanwhile. */
  readonly readAgain: () => void;
}

/** Reads the terms whenever another time is chosen. `read` must be the same function from render to render. */
export function useTerms(read: (days: number) => Promise<Terms>): TermsReading {
  const [days, setDays] = useState(USUAL_DAYS);
  const [turn, setTurn] = useState(0);
  const [terms, setTerms] = useState<Terms | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  useEffect(() => {
    let wanted = true;
    read(days).then(
      (found) => {
        if (!wanted) return;
        setTerms(found);
        setProblem(null);
      },
      (error: unknown) => wanted && setProblem(error),
    );
    return () => {
      wanted = false;
    };
  }, [read, days, turn]);

  return {
    days,
    setDays,
    terms: terms?.days === days ? terms : null,
    problem,
    readAgain: () => setTurn((before) => before + 1),
  };
}

interface TermsFieldProps {
  /** What the choice of a time is called. */
  readonly name: string;
  readonly reading: TermsReading;
  /** Whether a time without an end is offered: to somebody who answers for the project's data. */
  readonly isEndless?: boolean;
}

/** The choice of a time, and the terms to read. */
export function TermsField({ name, reading, isEndless = false }: TermsFieldProps) {
  const spans = isEndless ? [...SPANS, UNTIL_DELETED] : SPANS;
  const id = useId();
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{name}</label>
        <select
          id={id}
          className="input"
          value={reading.days}
          onChange={(event) => reading.setDays(Number(event.target.value))}
        >
          {spans.map((span) => (
            <option key={span.days} value={span.days}>
              {span.name}
            </option>
          ))}
        </select>
      </div>
      <p className="notice" aria-live="polite" aria-label="What you agree to">
        {reading.terms?.text ?? "Reading who will see it…"}
      </p>
    </>
  );
}
