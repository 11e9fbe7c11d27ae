// A take becomes a sample of the project: its person reads who will see it and until when, and only then sends it.
import type { Sample, SampleTerms } from "../../api/schema";
import { useEffect, useId, useState } from "react";
import { fileOf, lengthText, trimmed, type Take } from "../../preview";
import { sentenceOf } from "../api/problem";
import type { ProjectClient } from "../api/client";
import { Dialog } from "../parts/Dialog";
import { LabelList, OtherLabel } from "../parts/labels";

interface SendTakeDialogProps {
  readonly take: Take;
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  readonly client: ProjectClient;
  readonly onSent: (sample: Sample) => void;
  readonly onClose: () => void;
}

const SPANS: readonly { readonly days: number; readonly name: string }[] = [
  { days: 7, name: "a week" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "a year" },
];
const CONFLICT = 409;

export default function SendTakeDialog({ take, labels, client, onSent, onClose }: SendTakeDialogProps) {
  const id = useId();
  const [label, setLabel] = useState(take.label);
  const [days, setDays] = useState(90);
  const [terms, setTerms] = useState<SampleTerms | null>(null);
  const [turn, setTurn] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const content = trimmed(take);

  useEffect(() => {
    let wanted = true;
    client.sampleTerms(days).then(
      (found) => wanted && setTerms(found),
      (error: unknown) => wanted && setProblem(sentenceOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [client, days, turn]);

  const send = (): void => {
    if (terms === null) return;
    setSending(true);
    setProblem(null);
    fileOf(take)
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
          if (error instanceof Object && "status" in error && error.status === CONFLICT)
            setTurn((before) => before + 1);
        },
      );
  };

  const isReady = terms?.days === days && label.trim() !== "" && !isSending;
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
      <div className="field">
        <label htmlFor={`${id}-days`}>Kept for</label>
        <select
          id={`${id}-days`}
          className="input"
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {SPANS.map((span) => (
            <option key={span.days} value={span.days}>
              {span.name}
            </option>
          ))}
        </select>
      </div>
      <p className="notice" aria-live="polite" aria-label="What you agree to">
        {terms?.days === days ? terms.text : "Reading who will see it…"}
      </p>
      <p className="small muted">
        {content.kind === "picture" && content.frames.length > 1
          ? "The first picture of the part that is used"
          : lengthText(content)}{" "}
        is sent as a file below <code>samples/</code>. You can withdraw it at any time; it is then deleted everywhere.
      </p>
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
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
