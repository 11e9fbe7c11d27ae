// Usual or unusual in a word, and the score on a scale that shows its threshold.
import type { CSSProperties } from "react";
import { agoText, headlineText } from "../readings/numbers";
import type { Alarm } from "./alarms";
import { Announcement } from "./Announcement";
import { AnswerLine } from "./AnswerLine";
import { Verdict } from "./Verdict";

interface Props {
  /** The word, such as `normal` or `unusual`. */
  readonly text: string;
  readonly alarm: Alarm;
  /** Milliseconds since it was answered; null where that is not said. */
  readonly age?: number | null;
  readonly expected?: string | null;
  readonly older?: string | null;
  readonly page?: string | null;
}

/** How often the threshold is on the scale. */
const SCALE = 3;

export function AlarmAnswer({
  text,
  alarm: { score, on, off },
  age = null,
  expected = null,
  older = null,
  page = null,
}: Props) {
  const top = Math.max(SCALE * on, score);
  const isOut = score >= on;
  const style = { "--cut": `${(100 * on) / top}%`, "--at": `${(100 * Math.max(0, score)) / top}%` } as CSSProperties;
  return (
    <div className="answer">
      <AnswerLine
        text={text}
        tone={isOut ? "bad" : ""}
        detail={
          <>
            score <b>{headlineText(score)}</b> · threshold {headlineText(on)}
            {age !== null && ` · ${agoText(age)}`}
          </>
        }
      />
      <Verdict answer={text} expected={expected} older={older} page={page} />
      <div className={isOut ? "answer-gauge out" : "answer-gauge"} style={style} aria-hidden="true">
        <i />
      </div>
      <div className="answer-scale num" aria-hidden="true">
        <span>0</span>
        <span>threshold {headlineText(on)}</span>
        <span>{headlineText(top)}</span>
      </div>
      {off < on && (
        <p className="small muted num">
          An alarm begins at {headlineText(on)} and ends below {headlineText(off)}.
        </p>
      )}
      <Announcement answer={{ text, share: null }} />
    </div>
  );
}
