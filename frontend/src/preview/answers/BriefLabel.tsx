// A label as an answer where there is little room, beside other answers: the word, how sure the model is, and the next label.
import { certaintyText } from "../../look/certainty/certainty";
import type { OutputScore } from "../readings/readings";
import { AnswerLine } from "./AnswerLine";

interface Props {
  /** Null while there is none. */
  readonly answer: { readonly text: string; readonly share: number | null } | null;
  /** The highest first. */
  readonly scores?: readonly OutputScore[];
  readonly isQuiet?: boolean;
}

export function BriefLabel({ answer, scores = [], isQuiet = false }: Props) {
  const next = scores.find(({ name }) => name !== answer?.text) ?? null;
  const share = answer?.share ?? null;
  return (
    <div className="answer brief">
      <AnswerLine
        text={answer?.text ?? "nothing"}
        share={share}
        tone={answer === null || isQuiet ? "quiet" : ""}
        isSmall
      />
      {share !== null && (
        <div className="meter thin" aria-hidden="true">
          <i style={{ width: `${100 * share}%` }} />
        </div>
      )}
      {next !== null && next.share !== null && (
        <span className="small muted num">
          {answer === null ? "closest" : "then"} {next.name}, {certaintyText(next.share)}
        </span>
      )}
    </div>
  );
}
