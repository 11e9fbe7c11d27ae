// Scores, the highest first: five of them, the rest behind a button. Probabilities have bars.
import { useId, useState } from "react";
import { ShareBar } from "../ShareBar";
import { scoreText, type OutputScore } from "../../readings/readings";

interface Props {
  /** The highest first. */
  readonly scores: readonly OutputScore[];
}

const FIRST = 5;

export function ScoreBars({ scores }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const visibleScores = isOpen ? scores : scores.slice(0, FIRST);
  return (
    <>
      <div
        id={id}
        className={isOpen ? "preview-all" : undefined}
        {...(isOpen && { tabIndex: 0, role: "group", "aria-label": "All scores" })}
      >
        <dl className="preview-bars num">
          {visibleScores.map((score, place) => (
            <div key={score.index} className={place === 0 ? "top" : ""}>
              <dt>{score.name}</dt>
              <ShareBar share={score.share} />
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
