// "This was wrong": its person picks the right label, reads who will see the recording, and sends it. It becomes a sample of
// the project, and a thread of the page's conversation.
import { DataChangeLengths, type SampleTerms, type Thread } from "../api/schema";
import { Flag } from "lucide-react";
import { useCallback, useId, useState } from "react";
import {
  answerOf,
  fileOf,
  lengthText,
  recordingOfRun,
  TermsField,
  useTerms,
  type Snapshot,
  type Recording,
} from "../preview";
import { InlineCode } from "../look/code/InlineCode";

export interface WrongAddresses {
  /** Where the recording goes. */
  readonly mark: string;
  /** Where one reads who will see it. */
  readonly terms: string;
}

interface Props {
  readonly addresses: WrongAddresses;
  readonly running: Snapshot;
}

interface MarkedAnswer {
  readonly recording: Recording;
  readonly answer: string;
}

export function WrongResult({ addresses, running }: Props) {
  const [markedAnswer, setMarkedAnswer] = useState<MarkedAnswer | null>(null);
  const [sentThread, setSentThread] = useState<Thread | null>(null);
  const { loadedRune, ran, readings } = running;
  const labels = [...new Set(loadedRune?.wordlists.flat() ?? [])];
  const recording =
    loadedRune === null || readings.cards.length === 0 ? null : recordingOfRun(loadedRune.capabilities, ran, "wrong");
  const mark = (): void => {
    setSentThread(null);
    if (recording !== null) setMarkedAnswer({ recording, answer: answerOf(readings.cards) ?? "" });
  };
  if (markedAnswer !== null)
    return (
      <MarkForm
        addresses={addresses}
        markedAnswer={markedAnswer}
        labels={labels}
        onSent={(thread) => {
          setSentThread(thread);
          setMarkedAnswer(null);
        }}
        onCancel={() => setMarkedAnswer(null)}
      />
    );
  // A rune without inputs gives nothing that could become a sample.
  if (loadedRune?.capabilities.length === 0) return null;
  return (
    <div className="row wrap">
      <button type="button" className="button" disabled={recording === null} onClick={mark}>
        <Flag aria-hidden="true" />
        This was wrong
      </button>
      <span className="small muted" role="status">
        {sentThread !== null && (
          <>
            Sent. The recording is a sample now, and{" "}
            <a href={`#thread-${sentThread.id}`}>the conversation tells of it</a>.
          </>
        )}
      </span>
    </div>
  );
}

const OTHER = "\u0000";

interface FormProps {
  readonly addresses: WrongAddresses;
  readonly markedAnswer: MarkedAnswer;
  readonly labels: readonly string[];
  readonly onSent: (thread: Thread) => void;
  readonly onCancel: () => void;
}

function MarkForm({ addresses, markedAnswer, labels, onSent, onCancel }: FormProps) {
  const id = useId();
  const [chosenLabel, setChosenLabel] = useState(labels.length > 0 ? "" : OTHER);
  const [typedLabel, setTypedLabel] = useState("");
  const [text, setText] = useState("");
  const reading = useTerms(
    useCallback(
      (days: number, purposes: readonly string[]) => readTerms(addresses.terms, days, purposes),
      [addresses.terms],
    ),
  );
  const { terms } = reading;
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const right = chosenLabel === OTHER ? typedLabel.trim() : chosenLabel;

  const problemText = problem ?? (reading.problem === null ? null : sentence(reading.problem));

  const isReady = terms !== null && right !== "" && !isSending;
  const send = (): void => {
    if (!isReady) return;
    setSending(true);
    setProblem(null);
    fileOf(markedAnswer.recording)
      .then((file) => sendWrong(addresses.mark, file, { answer: markedAnswer.answer, label: right, text, terms }))
      .then(onSent, (error: unknown) => {
        setSending(false);
        setProblem(sentence(error));
        // Who will see it may have changed meanwhile: it is read anew.
        reading.readAgain();
      });
  };

  return (
    <form
      className="card stack"
      aria-labelledby={`${id}-title`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <h3 id={`${id}-title`}>
        {markedAnswer.answer === "" ? "What is right?" : `It said ${markedAnswer.answer}. What is right?`}
      </h3>
      {labels.length > 0 && (
        <div className="field">
          <label htmlFor={`${id}-label`}>The right answer</label>
          <select
            id={`${id}-label`}
            className="input"
            autoFocus
            required
            value={chosenLabel}
            onChange={(event) => setChosenLabel(event.target.value)}
          >
            <option value="" disabled>
              Choose
            </option>
            {labels.map((label) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
            <option value={OTHER}>Another label…</option>
          </select>
        </div>
      )}
      {chosenLabel === OTHER && (
        <div className="field">
          <label htmlFor={`${id}-other`}>{labels.length > 0 ? "The label" : "The right answer"}</label>
          <input
            id={`${id}-other`}
            className="input"
            required
            maxLength={DataChangeLengths.label}
            value={typedLabel}
            onChange={(event) => setTypedLabel(event.target.value)}
          />
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-text`}>Comment (optional)</label>
        <textarea
          id={`${id}-text`}
          className="input"
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <TermsField name="The recording is kept for" reading={reading} />
      <p className="small muted">Only what gave this answer is sent: {lengthText(markedAnswer.recording.content)}.</p>
      {problemText !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problemText}</InlineCode>
        </p>
      )}
      <div className="row wrap">
        <button className="button" disabled={!isReady}>
          {isSending ? "Sending…" : "I agree, send it"}
        </button>
        <button type="button" className="button quiet" onClick={onCancel}>
          Do not send
        </button>
      </div>
    </form>
  );
}

interface Wrong {
  readonly answer: string;
  readonly label: string;
  readonly text: string;
  readonly terms: SampleTerms;
}

async function readTerms(address: string, days: number, purposes: readonly string[]): Promise<SampleTerms> {
  const query = new URLSearchParams({ days: String(days), purposes: purposes.join(",") });
  const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(await problemOf(response));
  return (await response.json()) as SampleTerms;
}

async function sendWrong(address: string, file: Blob, { answer, label, text, terms }: Wrong): Promise<Thread> {
  const query = new URLSearchParams({
    answer: answer.slice(0, DataChangeLengths.label),
    label,
    text,
    days: String(terms.days),
    purposes: terms.purposes.join(","),
    consent: terms.text,
  });
  const token = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const response = await fetch(`${address}?${query}`, {
    method: "POST",
    body: file,
    headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": token, Accept: "application/json" },
  });
  if (!response.ok) throw new Error(await problemOf(response));
  return (await response.json()) as Thread;
}

/** The server's explanation of a refusal, for a person. */
async function problemOf(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => null);
  if (typeof answer === "object" && answer !== null && "detail" in answer && typeof answer.detail === "string")
    return answer.detail;
  return "The server could not take it. Try again.";
}

function sentence(error: unknown): string {
  return error instanceof TypeError || !(error instanceof Error)
    ? "The server cannot be reached. Try again."
    : error.message;
}
