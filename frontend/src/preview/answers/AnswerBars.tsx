// Scores, the highest first: five of them, the rest behind a button. Probabilities have bars on one scale; orange is only the
// bar of what was answered, and a threshold is a line through all of them.
import { useId, useState, type CSSProperties } from "react";
import { scoreText, type OutputScore } from "../readings/readings";

interface Props {
  /** The highest first. */
  readonly scores: readonly OutputScore[];
  /** The name of the label that was answered; null where none was. Without it, that of the highest score. */
  readonly answered?: string | null;
  /** The score that a label needs, 0 to 1. */
  readonly threshold?: number | null;
  /** While a window fills: the labels stand there without scores. */
  readonly isEmpty?: boolean;
  /** The bars that are shown at first. */
  readonly first?: number;
}

const FIRST = 5;

export function AnswerBars({ scores, answered, threshold = null, isEmpty = false, first = FIRST }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const visibleScores = isOpen ? scores : scores.slice(0, first);
  const top = answered === undefined ? (scores[0]?.name ?? null) : answered;
  return (
    <>
      <div
        id={id}
        className={isOpen ? "preview-all" : undefined}
        {...(isOpen && { tabIndex: 0, role: "group", "aria-label": "All scores" })}
      >
        <dl className="preview-bars num">
          {visibleScores.map((score) => (
            <div key={score.index} className={!isEmpty && score.name === top ? "top" : ""}>
              <dt>{score.name}</dt>
              <Bar share={isEmpty && score.share !== null ? 0 : score.share} threshold={threshold} />
              <dd>{isEmpty ? "–" : scoreText(score)}</dd>
            </div>
          ))}
        </dl>
      </div>
      {scores.length > first && (
        <button
          type="button"
          className="button quiet preview-more"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? `Show the top ${first}` : `Show all ${scores.length.toLocaleString("en")}`}
        </button>
      )}
    </>
  );
}

/** The bar of a probability: 91 % fills 91 % of it. A number of which no range is known has none. */
function Bar({ share, threshold }: { readonly share: number | null; readonly threshold: number | null }) {
  if (share === null) return <dd aria-hidden="true" />;
  const cut = threshold === null ? undefined : ({ "--cut": `${100 * threshold}%` } as CSSProperties);
  return (
    <dd className={threshold === null ? "meter" : "meter cut"} style={cut} aria-hidden="true">
      <i style={{ width: `${100 * share}%` }} />
    </dd>
  );
}
