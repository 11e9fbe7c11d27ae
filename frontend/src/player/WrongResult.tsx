// "This was wrong": its person picks the right label, reads who will see the recording, and sends it. It becomes a sample of
// the project, and a thread of the page's conversation.
import type { SampleTerms, Thread } from "../api/schema";
import { Flag } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { answerOf, fileOf, lengthText, takeOfRun, type Snapshot, type Take } from "../preview";

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

interface Marked {
  readonly take: Take;
  readonly said: string;
}

export function WrongResult({ addresses, running }: Props) {
  const [marked, setMarked] = useState<Marked | null>(null);
  const [sent, setSent] = useState<Thread | null>(null);
  const { loaded, ran, readings } = running;
  const labels = [...new Set(loaded?.wordlists.flat() ?? [])];
  const take = loaded === null || readings.cards.length === 0 ? null : takeOfRun(loaded.capabilities, ran, "wrong");
  const mark = (): void => {
    setSent(null);
    if (take !== null) setMarked({ take, said: answerOf(readings.cards) ?? "" });
  };
  if (marked !== null)
    return (
      <MarkForm
        addresses={addresses}
        marked={marked}
        labels={labels}
        onSent={(thread) => {
          setSent(thread);
          setMarked(null);
        }}
        onCancel={() => setMarked(null)}
      />
    );
  return (
    <div className="row wrap">
      <button type="button" className="button" disabled={take === null} onClick={mark}>
        <Flag aria-hidden="true" />
        This was wrong
      </button>
      <span className="small muted" role="status">
        {sent !== null && (
          <>
            Sent. The recording is a sample now, and <a href={`#thread-${sent.id}`}>the conversation tells of it</a>.
          </>
        )}
      </span>
    </div>
  );
}

const SPANS: readonly { readonly days: number; readonly name: string }[] = [
  { days: 7, name: "a week" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "a year" },
];
const OTHER = "\u0000";

interface FormProps {
  readonly addresses: WrongAddresses;
  readonly marked: Marked;
  readonly labels: readonly string[];
  readonly onSent: (thread: Thread) => void;
  readonly onCancel: () => void;
}

function MarkForm({ addresses, marked, labels, onSent, onCancel }: FormProps) {
  const id = useId();
  const [chosen, setChosen] = useState(labels.length > 0 ? "" : OTHER);
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [days, setDays] = useState(90);
  const [turn, setTurn] = useState(0);
  const [terms, setTerms] = useState<SampleTerms | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const right = chosen === OTHER ? typed.trim() : chosen;

  useEffect(() => {
    let wanted = true;
    readTerms(addresses.terms, days).then(
      (found) => wanted && setTerms(found),
      (error: unknown) => wanted && setProblem(sentence(error)),
    );
    return () => {
      wanted = false;
    };
  }, [addresses.terms, days, turn]);

  const isReady = terms?.days === days && right !== "" && !isSending;
  const send = (): void => {
    if (!isReady) return;
    setSending(true);
    setProblem(null);
    fileOf(marked.take)
      .then((file) => sendWrong(addresses.mark, file, { said: marked.said, label: right, text, terms }))
      .then(onSent, (error: unknown) => {
        setSending(false);
        setProblem(sentence(error));
        // Who will see it may have changed meanwhile: it is read anew.
        setTurn((before) => before + 1);
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
      <h3 id={`${id}-title`}>{marked.said === "" ? "What is right?" : `It said ${marked.said}. What is right?`}</h3>
      {labels.length > 0 && (
        <div className="field">
          <label htmlFor={`${id}-label`}>The right answer</label>
          <select
            id={`${id}-label`}
            className="input"
            autoFocus
            required
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
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
      {chosen === OTHER && (
        <div className="field">
          <label htmlFor={`${id}-other`}>{labels.length > 0 ? "The label" : "The right answer"}</label>
          <input
            id={`${id}-other`}
            className="input"
            required
            maxLength={60}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
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
      <div className="field">
        <label htmlFor={`${id}-days`}>The recording is kept for</label>
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
      <p className="small muted">Only what gave this answer is sent: {lengthText(marked.take.content)}.</p>
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div className="row wrap">
        <button className="button primary" disabled={!isReady}>
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
  readonly said: string;
  readonly label: string;
  readonly text: string;
  readonly terms: SampleTerms;
}

const LONGEST_ANSWER = 60;

async function readTerms(address: string, days: number): Promise<SampleTerms> {
  const response = await fetch(`${address}?days=${days}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(await problemOf(response));
  return (await response.json()) as SampleTerms;
}

async function sendWrong(address: string, file: Blob, { said, label, text, terms }: Wrong): Promise<Thread> {
  const query = new URLSearchParams({
    said: said.slice(0, LONGEST_ANSWER),
    label,
    text,
    days: String(terms.days),
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

/** What the server says is wrong, for a person. */
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
