// Questions that the Runefile's maker could not answer, asked where the answer shows: each answer is an edit of the
// text. Where there are two, both run on the current input side by side. Fetched when the text has such a question.
import type { Diagnostic, Fix, TextEdit } from "../../api/schema";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Snapshot } from "../../preview";
import RuneComparison, { type ComparisonSide } from "../../preview/comparison/RuneComparison";
import { InlineCode } from "../../look/code/InlineCode";
import { useRune } from "../session/preview/use-rune";
import type { Workspace } from "../session/workspace";

interface OpenQuestionsProps {
  /** All of the text that are open, in its order. */
  readonly questions: readonly Diagnostic[];
  readonly workspace: Workspace;
  /** The text that runs. */
  readonly version: string | null;
  readonly running: Snapshot;
  /** Null for those who may not edit, and while the text is newer than the questions. */
  readonly onAnswer: ((edits: readonly TextEdit[]) => void) | null;
  readonly onSelect: (diagnostic: Diagnostic) => void;
}

export default function OpenQuestions({
  questions,
  workspace,
  version,
  running,
  onAnswer,
  onSelect,
}: OpenQuestionsProps) {
  const [comparedIndex, setComparedIndex] = useState<number | null>(null);
  return questions.map((question, place) => {
    const choice = (fix: Fix): ReactNode => (
      <button
        key={fix.title}
        type="button"
        className="button"
        disabled={onAnswer === null}
        onClick={() => onAnswer?.(fix.edits)}
      >
        {fix.title}
      </button>
    );
    const side = (fix: Fix): ComparisonSide => ({
      name: fix.title,
      below: (
        <button
          type="button"
          className="button"
          aria-label={`Choose ${fix.title}`}
          disabled={onAnswer === null}
          onClick={() => onAnswer?.(fix.edits)}
        >
          Choose
        </button>
      ),
    });
    const [first, second, ...more] = question.fixes;
    const both = first !== undefined && second !== undefined && more.length === 0 ? ([first, second] as const) : null;
    const isCompared = comparedIndex === place && both !== null;
    return (
      <section key={`${place} ${question.message}`} className="notice warn stack" aria-label="An open question">
        <p>
          <InlineCode>{question.message}</InlineCode>
        </p>
        {question.notes.map((note) => (
          <p key={note} className="small">
            <InlineCode>{note}</InlineCode>
          </p>
        ))}
        {isCompared && (
          <BothAnswers
            workspace={workspace}
            code={question.code}
            place={place}
            version={version}
            running={running}
            sides={[side(both[0]), side(both[1])]}
          />
        )}
        <div className="row wrap">
          {!isCompared && question.fixes.map(choice)}
          {both !== null && (
            <button
              type="button"
              className="button"
              aria-pressed={isCompared}
              title="What the app answers with each of them, on the current input"
              onClick={() => setComparedIndex(isCompared ? null : place)}
            >
              Compare both
            </button>
          )}
          <button type="button" className="button quiet" onClick={() => onSelect(question)}>
            Show it in the text
          </button>
        </div>
      </section>
    );
  });
}

interface BothAnswersProps extends Pick<OpenQuestionsProps, "workspace" | "version" | "running"> {
  readonly code: string;
  /** The place of the question, among those of its code. */
  readonly place: number;
  readonly sides: readonly [ComparisonSide, ComparisonSide];
}

/** The text runs with the first answer as it is; the rune of the second is built while this is shown. */
function BothAnswers({ workspace, code, place, version, running, sides }: BothAnswersProps) {
  const { client, answers } = workspace;
  useEffect(() => {
    answers.setVariant({ fix: { code, place, choice: 1 } });
    return () => answers.setVariant(null);
  }, [answers, code, place]);
  const { build, of, problem } = useStore(answers.state);
  const isSignedOut = useStore(workspace.signIn.state).who !== "me";
  const { rune, error } = useRune(client, build, isSignedOut);
  const isCurrent = build !== null && of === version && rune?.digest === build.rune_digest;
  const bytes = useMemo(() => (isCurrent ? (rune?.bytes ?? null) : null), [isCurrent, rune]);
  return (
    <RuneComparison
      running={running}
      rune={bytes}
      waiting={problem ?? error ?? "Building the rune with this answer…"}
      sides={sides}
    />
  );
}
