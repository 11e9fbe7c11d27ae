// What could not be known when the Runefile was made, asked where the answer shows: each answer is an edit of the text.
import type { Diagnostic, TextEdit } from "../api/types";
import { Ticked } from "../parts/Ticked";

const OPEN_QUESTION = "RUNE0048";

interface OpenQuestionsProps {
  readonly diagnostics: readonly Diagnostic[];
  /** Null for those who may not edit, and while the text is newer than the questions. */
  readonly onAnswer: ((edits: readonly TextEdit[]) => void) | null;
  readonly onSelect: (diagnostic: Diagnostic) => void;
}

export function OpenQuestions({ diagnostics, onAnswer, onSelect }: OpenQuestionsProps) {
  const questions = diagnostics.filter(({ code }) => code === OPEN_QUESTION);
  return questions.map((question, index) => (
    <section key={`${index} ${question.message}`} className="notice warn stack" aria-label="An open question">
      <p>
        <Ticked>{question.message}</Ticked>
      </p>
      {question.notes.map((note) => (
        <p key={note} className="small">
          <Ticked>{note}</Ticked>
        </p>
      ))}
      <div className="row wrap">
        {question.fixes.map((fix) => (
          <button key={fix.title} type="button" className="button" disabled={onAnswer === null} onClick={() => onAnswer?.(fix.edits)}>
            {fix.title}
          </button>
        ))}
        <button type="button" className="button quiet" onClick={() => onSelect(question)}>
          Show it in the text
        </button>
      </div>
    </section>
  ));
}
