// The answer and how sure the model is, in one line.
import type { ReactNode } from "react";
import { certaintyText } from "../../look/certainty/certainty";

interface Props {
  /** The word or number that was answered. */
  readonly text: string;
  /** 0 to 1, where the model says how sure it is. */
  readonly share?: number | null;
  /** Beside it, in place of how sure the model is: `score 2.4, threshold 1.0`. */
  readonly detail?: ReactNode;
  /** The unit of a number, or the noun of a count: `°C`, `coins`. */
  readonly unit?: string;
  /** `quiet`: nothing was answered, or it is from before. `bad`: it is an alarm. */
  readonly tone?: "quiet" | "bad" | "";
  /** Smaller, beside other answers. */
  readonly isSmall?: boolean;
  /** For the pointer: the number with all its digits. */
  readonly title?: string;
}

export function AnswerLine({ text, share = null, detail, unit, tone = "", isSmall = false, title }: Props) {
  return (
    <div className="answer-line">
      <p
        className={["preview-big", "saying", tone, isSmall ? "small-saying" : ""].filter(Boolean).join(" ")}
        title={title}
      >
        {text}
        {unit !== undefined && <span className="unit">{unit}</span>}
      </p>
      {(detail !== undefined || share !== null) && (
        <span className="sure num">
          {detail}
          {detail === undefined && share !== null && (
            <>
              <b>{certaintyText(share)}</b> sure
            </>
          )}
        </span>
      )}
    </div>
  );
}

/** The same as a line of a log: `knock 96 %`, `nothing, closest doorbell 31 %`. */
export function answerText(
  answer: { readonly text: string; readonly share: number | null } | null,
  closest: { readonly name: string; readonly share: number | null } | null,
): string {
  if (answer !== null) return answer.share === null ? answer.text : `${answer.text} ${certaintyText(answer.share)}`;
  if (closest === null || closest.share === null) return "nothing";
  return `nothing, closest ${closest.name} ${certaintyText(closest.share)}`;
}
