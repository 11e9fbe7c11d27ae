// Scores as bars, the highest first; what is not among the first few can be unfolded.
import { useState } from "react";
import { numberText, percentText } from "../numbers";
import type { Score } from "../readings";

interface Props {
  readonly scores: readonly Score[];
  /** Sorted for a glance; in their own order when somebody follows each of them. */
  readonly isSorted: boolean;
}

const FIRST = 4;

export function ScoreBars({ scores, isSorted }: Props) {
  const [isOpen, setOpen] = useState(false);
  const ordered = isSorted ? scores.toSorted((a, b) => weight(b) - weight(a)) : scores;
  const shown = isOpen || scores.length <= FIRST + 1 ? ordered : ordered.slice(0, FIRST);
  const best = scores.reduce((top, score) => Math.max(top, weight(score)), -Infinity);
  const lengths = barLengths(scores);
  return (
    <>
      <dl className="preview-bars num">
        {shown.map((score) => (
          <div key={score.name} className={weight(score) === best ? "top" : ""}>
            <dt>{score.name}</dt>
            <dd className="meter" aria-hidden="true">
              <i style={{ width: `${100 * (lengths.get(score) ?? 0)}%` }} />
            </dd>
            <dd>{score.share === null ? numberText(Number(score.value.toPrecision(4))) : percentText(score.share)}</dd>
          </div>
        ))}
      </dl>
      {scores.length > FIRST + 1 && (
        <button type="button" className="button quiet preview-more" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `${scores.length - FIRST} more`}
        </button>
      )}
    </>
  );
}

/** A share where there is one: over several windows it is the mean, while the value is the last window's. */
function weight(score: Score): number {
  return score.share ?? score.value;
}

/** Shares as they are; other numbers between the lowest and the highest of them. */
function barLengths(scores: readonly Score[]): ReadonlyMap<Score, number> {
  const values = scores.map(({ value }) => value).filter(Number.isFinite);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  return new Map(scores.map((score) => [score, score.share ?? (Number.isFinite(score.value) ? (score.value - low) / span : 0)]));
}
