// A take becomes a sample of the project: its person reads who will see it and until when, and only then sends it.
import type { Sample } from "../../../api/schema";
import { useCallback, useId, useState } from "react";
import { fileOf, lengthText, TermsField, trimmed, useTerms, type Recording } from "../../../preview";
import { sentenceOf } from "../../api/problem";
import type { ProjectClient } from "../../api/client";
import { Dialog } from "../../parts/dialog/Dialog";
import { LabelList, OtherLabel } from "../../parts/labels";

interface SaveRecordingDialogProps {
  readonly recording: Recording;
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  readonly client: ProjectClient;
  readonly onSent: (sample: Sample) => void;
  readonly onClose: () => void;
}

const CONFLICT = 409;

export default function SaveRecordingDialog({ recording, labels, client, onSent, onClose }: SaveRecordingDialogProps) {
  const id = useId();
  const [label, setLabel] = useState(recording.label);
  const reading = useTerms(useCallback((days: number) => client.sampleTerms(days), [client]));
  const { terms } = reading;
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

  const shown = problem ?? (reading.problem === null ? null : sentenceOf(reading.problem));
  const isReady = terms !== null && label.trim() !== "" && !isSending;
  return (
    <Dialog title="Send this recording to the project?" onClose={onClose}>
      <div className="field">
        <label htmlFor={`${id}-label`}>Label: what was said, drawn or done</label>
        <input
          id={`${id}-label`}
          className="input"
          data-first
          maxLength={60}
          value={label}
          list={`${id}-labels`}
          aria-describedby={`${id}-other`}
          onChange={(event) => setLabel(event.target.value)}
        />
        <LabelList id={`${id}-labels`} labels={labels} />
        <OtherLabel id={`${id}-other`} label={label} labels={labels} />
      </div>
      <TermsField name="Kept for" reading={reading} />
      <p className="small muted">
        {content.kind === "picture" && content.frames.length > 1
          ? "The first picture of the part that is used"
          : lengthText(content)}{" "}
        is sent as a file below <code>samples/</code>. You can withdraw it at any time; it is then deleted everywhere.
      </p>
      {shown !== null && (
        <p className="notice bad" role="alert">
          {shown}
        </p>
      )}
      <div className="row">
        <span className="grow" />
        <button type="button" className="button" onClick={onClose}>
          Do not send
        </button>
        <button type="button" className="button primary" disabled={!isReady} onClick={send}>
          {isSending ? "Sending…" : "I agree, send it"}
        </button>
      </div>
    </Dialog>
  );
}
