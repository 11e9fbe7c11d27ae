// A label as an answer, the same on every page: the word, how sure the model is, bars of all labels on one scale, the answers
// before it, and what is known about it. While a window fills it says so, and never shows the answer before as this one.
import { certaintyText } from "../../look/certainty/certainty";
import { agoText } from "../readings/numbers";
import type { OutputScore } from "../readings/readings";
import { Announcement } from "./Announcement";
import { AnswerBars } from "./AnswerBars";
import { AnswerLine } from "./AnswerLine";
import type { Filling } from "./filling";
import { Listening } from "./Listening";
import { Verdict } from "./Verdict";

export interface LabelledAnswer {
  readonly text: string;
  /** 0 to 1, where scores say so. */
  readonly share: number | null;
}

export interface LabelAnswerProps {
  /** Null where nothing is above the threshold, and while the window fills. */
  readonly answer: LabelledAnswer | null;
  /** The scores of all labels, the highest first; empty where the rune sends none. */
  readonly scores: readonly OutputScore[];
  /** How full the window is; null once it is full. */
  readonly filling?: Filling | null;
  /** The score that a label needs, 0 to 1: a line through the bars. Null where there is none. */
  readonly threshold?: number | null;
  /** Milliseconds since it was answered; null where that is not said. */
  readonly age?: number | null;
  /** The answers before, the oldest first; null stands for nothing. */
  readonly history?: readonly (string | null)[];
  /** The label of the input that was answered; null where it has none. */
  readonly expected?: string | null;
  /** Why the answer is of an older version; null where it is not. */
  readonly older?: string | null;
  /** True if it says that nothing of interest is there, such as `background`. */
  readonly isQuiet?: boolean;
  /** Whether the answer is spoken by screen readers as it changes: of a stream, one answer on a page. */
  readonly isLive?: boolean;
  /** The page of the sample that was answered; null of other inputs. */
  readonly page?: string | null;
}

export function LabelAnswer({
  answer,
  scores,
  filling = null,
  threshold = null,
  age = null,
  history = [],
  expected = null,
  older = null,
  isQuiet = false,
  isLive = false,
  page = null,
}: LabelAnswerProps) {
  const [closest = null] = scores;
  return (
    <div className="answer">
      {filling !== null ? (
        <Listening filling={filling} />
      ) : answer === null ? (
        <AnswerLine text="nothing" tone="quiet" detail={<Closest score={closest} threshold={threshold} />} />
      ) : (
        <AnswerLine
          text={answer.text}
          share={answer.share}
          tone={isQuiet || older !== null ? "quiet" : ""}
          detail={
            answer.share === null && age === null ? undefined : (
              <>
                {answer.share !== null && (
                  <>
                    <b>{certaintyText(answer.share)}</b> sure
                  </>
                )}
                {age !== null && `${answer.share === null ? "" : " · "}${agoText(age)}`}
              </>
            )
          }
        />
      )}
      {filling === null && <Verdict answer={answer?.text ?? null} expected={expected} older={older} page={page} />}
      {scores.length > 0 && (
        <AnswerBars
          scores={scores}
          answered={filling === null ? (answer?.text ?? null) : null}
          threshold={threshold}
          isEmpty={filling !== null}
        />
      )}
      {history.length > 1 && <AnswerHistory answers={history} isOpen={answer !== null && filling === null} />}
      {isLive && <Announcement answer={filling !== null ? null : (answer ?? { text: "nothing", share: null })} />}
    </div>
  );
}

function Closest({ score, threshold }: { readonly score: OutputScore | null; readonly threshold: number | null }) {
  if (score === null || score.share === null) return null;
  return (
    <>
      closest: {score.name}, <b>{certaintyText(score.share)}</b>
      {threshold !== null && ` · needs ${certaintyText(threshold)}`}
    </>
  );
}

/** Answers on a page. */
const SHOWN = 5;

/** The last answers in a row; the newest is that of the moment where `isOpen`. */
function AnswerHistory({
  answers,
  isOpen,
}: {
  readonly answers: readonly (string | null)[];
  readonly isOpen: boolean;
}) {
  const shown = answers.slice(-SHOWN);
  return (
    <ol className="preview-history" aria-label="The last answers">
      {shown.map((text, index) => (
        <li
          key={answers.length - shown.length + index}
          className={text === null ? "no" : isOpen && index === shown.length - 1 ? "current" : ""}
        >
          {text ?? "–"}
        </li>
      ))}
    </ol>
  );
}
