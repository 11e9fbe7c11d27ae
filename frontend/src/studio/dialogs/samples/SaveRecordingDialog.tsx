// A take becomes a sample of the project: its person reads who will see it and until when, and only then sends it.
import { DataChangeLengths, type Sample } from "../../../api/schema";
import { useCallback, useId, useState } from "react";
import { fileOf, lengthText, TermsField, trimmed, useTerms, type Recording } from "../../../preview";
import { sentenceOf } from "../../api/problem";
import type { ProjectClient } from "../../api/client";
import { Dialog } from "../../parts/dialog/Dialog";
import { LabelList, OtherLabel } from "../../parts/labels";
import { InlineCode } from "../../../look/code/InlineCode";

interface SaveRecordingDialogProps {
  readonly recording: Recording;
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  /** The rune's answer to it, where it has no label yet. */
  readonly prediction: string | null;
  /** The rune's answer, which was wrong; left out for a recording that somebody chose. */
  readonly wrongAnswer?: string | undefined;
  readonly client: ProjectClient;
  /** Whether the recording may be kept until somebody deletes it. */
  readonly isEndless: boolean;
  readonly onSent: (sample: Sample) => void;
  readonly onClose: () => void;
}

const CONFLICT = 409;
/** The terms to which this person agreed in this page, word by word: other words are read anew. */
const agreedTerms = new Set<string>();

export default function SaveRecordingDialog(props: SaveRecordingDialogProps) {
  const { recording, labels, prediction, wrongAnswer, client, isEndless, onSent, onClose } = props;
  const id = useId();
  const [label, setLabel] = useState(prediction ?? recording.label);
  const reading = useTerms(
    useCallback((days: number, purposes: readonly string[]) => client.sampleTerms(days, purposes), [client]),
  );
  const { terms } = reading;
  const isAgreed = terms !== null && agreedTerms.has(terms.text);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const content = trimmed(recording);

  const send = (): void => {
    if (terms === null) return;
    setSending(true);
    setProblem(null);
    fileOf(recording)
      .then((file) => client.sendSample(file, label, terms))
      .then(
        (sample) => {
          agreedTerms.add(terms.text);
          onSent(sample);
          onClose();
        },
        (error: unknown) => {
          setSending(false);
          setProblem(sentenceOf(error));
          // Who will see it has changed meanwhile: it is read anew.
          if (error instanceof Object && "status" in error && error.status === CONFLICT) reading.readAgain();
        },
      );
  };

  const shownProblem = problem ?? (reading.problem === null ? null : sentenceOf(reading.problem));
  const isReady = terms !== null && label.trim() !== "" && !isSending;
  return (
    <Dialog title={titleOf(wrongAnswer)} onClose={onClose}>
      <div className="field">
        <label htmlFor={`${id}-label`}>
          {wrongAnswer === undefined ? "Label: what was said, drawn or done" : "The right label"}
        </label>
        <input
          id={`${id}-label`}
          className="input"
          data-first
          maxLength={DataChangeLengths.label}
          value={label}
          list={`${id}-labels`}
          aria-describedby={`${id}-other`}
          onChange={(event) => setLabel(event.target.value)}
        />
        <LabelList id={`${id}-labels`} labels={labels} />
        {prediction !== null && label === prediction && (
          <p className="small muted">
            This is what the app said. Correct it where the app is wrong: it is what builds are judged by.
          </p>
        )}
        {wrongAnswer !== undefined && wrongAnswer !== "" && label.trim() === wrongAnswer && (
          <p className="small muted">That is what the app said.</p>
        )}
        <OtherLabel id={`${id}-other`} label={label} labels={labels} />
      </div>
      {isAgreed ? (
        <details className="small">
          <summary>Under the terms that you agreed to in this session</summary>
          <TermsField name="Kept for" reading={reading} isEndless={isEndless} />
        </details>
      ) : (
        <TermsField name="Kept for" reading={reading} isEndless={isEndless} />
      )}
      <p className="small muted">
        {content.kind === "picture" && content.frames.length > 1
          ? "The first picture of the part that is used"
          : lengthText(content)}{" "}
        is sent to the project's data, which is in no download and no Git push. You can withdraw it at any time: the
        server then deletes it.
      </p>
      {shownProblem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{shownProblem}</InlineCode>
        </p>
      )}
      <div className="row">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Do not send
        </button>
        <button type="button" className="button primary" disabled={!isReady} onClick={send}>
          {isSending ? "Sending…" : isAgreed ? "Send it" : "I agree, send it"}
        </button>
      </div>
    </Dialog>
  );
}

function titleOf(wrongAnswer: string | undefined): string {
  if (wrongAnswer === undefined) return "Send this recording to the project?";
  return wrongAnswer === "" ? "What is right?" : `It said ${wrongAnswer}. What is right?`;
}
