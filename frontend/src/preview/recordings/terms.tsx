// Who will see a recording and how long it is kept: its person chooses the time, and reads the rest before sending it.
import { useEffect, useId, useState } from "react";

const SPANS: readonly { readonly days: number; readonly name: string }[] = [
  { days: 7, name: "a week" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "a year" },
];
const PURPOSES: readonly { readonly purpose: string; readonly name: string; readonly usual: boolean }[] = [
  { purpose: "tests", name: "Test builds of this project", usual: true },
  { purpose: "training", name: "Train models of this project", usual: true },
  { purpose: "readers", name: "Show it to readers of what is published", usual: false },
  { purpose: "other-projects", name: "Use it in other projects of the organisation", usual: false },
  { purpose: "assistants", name: "Show it to outside assistants, which send it to their companies", usual: false },
];
const USUAL_PURPOSES = PURPOSES.filter(({ usual }) => usual).map(({ purpose }) => purpose);
const UNTIL_DELETED = { days: 0, name: "until somebody deletes it" };
const USUAL_DAYS = 90;

/** As the server words them. */
interface Terms {
  readonly ends: string | null;
  readonly days: number;
  readonly purposes: readonly string[];
  readonly text: string;
}

export interface TermsReading {
  readonly days: number;
  readonly setDays: (days: number) => void;
  readonly purposes: readonly string[];
  readonly setPurposes: (purposes: readonly string[]) => void;
  /** Those of `days` and `purposes`; null until they are there. */
  readonly terms: Terms | null;
  /** Why they could not be read. */
  readonly problem: unknown;
  /** For when they have changed meanwhile. */
  readonly readAgain: () => void;
}

/** Reads the terms whenever another time or other purposes are chosen. `read` must be the same function from render to
 * render. */
export function useTerms(read: (days: number, purposes: readonly string[]) => Promise<Terms>): TermsReading {
  const [days, setDays] = useState(USUAL_DAYS);
  const [purposes, setPurposes] = useState<readonly string[]>(USUAL_PURPOSES);
  const [turn, setTurn] = useState(0);
  const [terms, setTerms] = useState<Terms | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  useEffect(() => {
    let isCurrent = true;
    read(days, purposes).then(
      (lines) => {
        if (!isCurrent) return;
        setTerms(lines);
        setProblem(null);
      },
      (error: unknown) => isCurrent && setProblem(error),
    );
    return () => {
      isCurrent = false;
    };
  }, [read, days, purposes, turn]);

  return {
    days,
    setDays,
    purposes,
    setPurposes,
    terms: terms !== null && terms.days === days && isSame(terms.purposes, purposes) ? terms : null,
    problem,
    readAgain: () => setTurn((before) => before + 1),
  };
}

function isSame(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((each) => second.includes(each));
}

interface TermsFieldProps {
  /** The name of the choice of a time. */
  readonly name: string;
  readonly reading: TermsReading;
  /** Whether a time without an end is offered: to somebody who answers for the project's data. */
  readonly isEndless?: boolean;
}

/** The choice of purposes and of a time, and the terms to read. */
export function TermsField({ name, reading, isEndless = false }: TermsFieldProps) {
  const spans = isEndless ? [...SPANS, UNTIL_DELETED] : SPANS;
  const id = useId();
  const toggle = (purpose: string, isOn: boolean): void => {
    const others = reading.purposes.filter((each) => each !== purpose);
    reading.setPurposes(isOn ? [...others, purpose] : others);
  };
  return (
    <>
      <fieldset className="plain stack">
        <legend>It may be used to</legend>
        {PURPOSES.map(({ purpose, name: text }) => (
          <label key={purpose} className="row">
            <input
              type="checkbox"
              checked={reading.purposes.includes(purpose)}
              onChange={(event) => toggle(purpose, event.target.checked)}
            />
            {text}
          </label>
        ))}
      </fieldset>
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
