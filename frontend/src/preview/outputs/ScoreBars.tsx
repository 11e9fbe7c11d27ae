// Scores as bars, the highest first: five of them, the rest behind a button.
import { useId, useState } from "react";
import { scoreText, type Score } from "../readings";

interface Props {
  /** The highest first. */
  readonly scores: readonly Score[];
}

const FIRST = 5;

export function ScoreBars({ scores }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const shown = isOpen ? scores : scores.slice(0, FIRST);
  const length = barLength(scores);
  return (
    <>
      <div
        id={id}
        className={isOpen ? "preview-all" : undefined}
        {...(isOpen && { tabIndex: 0, role: "group", "aria-label": "All scores" })}
      >
        <dl className="preview-bars num">
          {shown.map((score, place) => (
            <div key={score.index} className={place === 0 ? "top" : ""}>
              <dt>{score.name}</dt>
              <dd className="meter" aria-hidden="true">
                <i style={{ width: `${100 * length(score)}%` }} />
              </dd>
              <dd>{scoreText(score)}</dd>
            </div>
          ))}
        </dl>
      </div>
      {scores.length > FIRST && (
        <button
          type="button"
          className="button quiet preview-more"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Show the top five" : `Show all ${scores.length.toLocaleString("en")}`}
        </button>
      )}
    </>
  );
}

/** Probabilities as they are; other numbers between the lowest and the highest of them. */
function barLength(scores: readonly Score[]): (score: Score) => number {
  let [low, high] = [0, 0];
  for (const { value } of scores) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low || 1;
  return ({ share, value }) => share ?? (Number.isFinite(value) ? (value - low) / span : 0);
}
