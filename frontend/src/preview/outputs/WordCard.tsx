// A word in large letters, the scores behind it, and the words before it.
import { Check, X } from "lucide-react";
import { useExpectation } from "../examples/expectation";
import { agoText, percentText } from "../readings/numbers";
import type { Calling, Card, Word } from "../readings/readings";
import { CallingControls } from "./CallingControls";
import { ScoreBars } from "./views/ScoreBars";
import { useClock } from "./use-clock";

interface Props {
  readonly card: Extract<Card, { kind: "word" }>;
  readonly calling: Calling;
  readonly unit: "window" | "picture";
  readonly onCalling: (calling: Calling) => void;
}

export function WordCard({ card, calling, unit, onCalling }: Props) {
  const now = useClock();
  const last = card.history.at(-1) ?? null;
  const currentWord = card.word !== null && !card.word.isQuiet ? card.word : null;
  const visibleWord = currentWord ?? (card.isCalled ? last : card.word);
  const { expected } = useExpectation();
  // Of a stream, the windows before and after what was said are no answer to it.
  const answer = card.isCalled ? (currentWord ?? last) : card.word;
  const isOver = card.isCalled && currentWord === null;
  return (
    <>
      <div className="preview-word">
        <div>
          <p className={isOver ? "preview-big over" : "preview-big"}>{visibleWord?.text ?? "…"}</p>
        </div>
        <div className="small muted num preview-when">
          {visibleWord !== null && visibleWord.share !== null && !isOver && (
            <div>{percentText(visibleWord.share)} sure</div>
          )}
          {visibleWord !== null && <div>{agoText(now - visibleWord.at)}</div>}
          {visibleWord === null && <div>Nothing called yet</div>}
          {expected !== null && answer !== null && <Verdict isRight={answer.text === expected} expected={expected} />}
        </div>
      </div>
      <p className="visually-hidden" aria-live="polite">
        {currentWord?.text ?? ""}
      </p>
      {card.scores.length > 0 && <ScoreBars scores={card.scores} />}
      {card.history.length > 1 && <History words={card.history} current={currentWord} />}
      {card.isCalled && <CallingControls calling={calling} unit={unit} onCalling={onCalling} />}
    </>
  );
}

/** Whether the answer is the label of the input. */
function Verdict({ isRight, expected }: { readonly isRight: boolean; readonly expected: string }) {
  return isRight ? (
    <div className="preview-verdict right">
      <Check aria-hidden="true" />
      Right
    </div>
  ) : (
    <div className="preview-verdict wrong">
      <X aria-hidden="true" />
      Wrong: its label is {expected}
    </div>
  );
}

function History({ words, current }: { readonly words: readonly Word[]; readonly current: Word | null }) {
  return (
    <ol className="preview-history" aria-label="The last words">
      {words.map((word) => (
        <li key={word.at} className={word.at === current?.at ? "current" : ""}>
          {word.text}
        </li>
      ))}
    </ol>
  );
}
