// The live answer for screen readers: said when it changes, at most once a second.
import { useEffect, useRef, useState } from "react";
import { dueIn, spokenText, type SpokenAnswer } from "./announcing";

interface Props {
  /** The answer of this moment; null while there is none, which is not said. */
  readonly answer: SpokenAnswer | null;
}

export function Announcement({ answer }: Props) {
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
