// The live answer for screen readers: said when it changes, at most once a second, and of several outputs one alone.
import { createContext, use, useEffect, useRef, useState } from "react";
import { dueIn, spokenText, type SpokenAnswer } from "./announcing";

interface Props {
  /** The answer of this moment; null while there is none, which is not said. */
  readonly answer: SpokenAnswer | null;
}

/** Whether answers in here are said: two live regions of a page would say two in a second. */
export const SpokenContext = createContext(true);

export function Announcement({ answer: newestAnswer }: Props) {
  const answer = use(SpokenContext) ? newestAnswer : null;
  const [said, setSaid] = useState<{ readonly answer: SpokenAnswer; readonly at: number } | null>(null);
  const newest = useRef(answer);
  useEffect(() => {
    newest.current = answer;
  });
  const text = answer?.text ?? null;
  useEffect(() => {
    const due = dueIn(said, newest.current, performance.now());
    if (due === null) return undefined;
    const timer = setTimeout(() => {
      if (newest.current !== null) setSaid({ answer: newest.current, at: performance.now() });
    }, due);
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {said === null ? "" : spokenText(said.answer)}
    </p>
  );
}
