// The newest samples of the project's data: what each is, what it is for, who gave it and until when. One can withdraw one's own,
// change labels of many at once, and import an archive.
import { DataChangeLengths, type Sample } from "../../api/schema";
import { Lock, Play, Undo2, Upload } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { ProjectClient, SampleChange } from "../api/client";
import { Problem, sentenceOf } from "../api/problem";
import { useFileDrop } from "../parts/files/use-drop";
import { LabelList, OtherLabel } from "../parts/labels";
import { count } from "../format/quantities";
import { isReplayable, type ReplayableSample } from "../session/samples/replayable";
import type { NamedFile } from "../../look/files/incoming-files";
import "../styles/files/samples.css";
import { InlineCode } from "../../look/code/InlineCode";

/** The status of an answer to a change of what has changed meanwhile. */
const STALE = 412;

interface SampleListProps {
  readonly client: ProjectClient;
  readonly me: string;
  /** Changes when there may be other samples. */
  readonly version: number;
  /** Those of the rune that runs. */
  readonly labels: readonly string[];
  readonly mayEdit: boolean;
  /** Takes the dropped files, or null to ask for them. */
  readonly onImport: (dropping: Promise<readonly NamedFile[]> | null) => void;
  /** Has the rune that runs take this sample as its input. */
  readonly onReplay: (sample: ReplayableSample) => void;
  readonly onDone: (sentence: string, undo?: () => Promise<unknown>) => void;
}

function until(ends: string | null): string {
  if (ends === null) return "until somebody deletes it";
  const day = new Date(ends).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  return `until ${day}`;
}

export default function SampleList(props: SampleListProps) {
  const { client, me, version, labels, mayEdit, onImport, onReplay, onDone } = props;
  const [samples, setSamples] = useState<readonly Sample[] | null>(null);
  const [revision, setRevision] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [chosenSamples, setChosenSamples] = useState<ReadonlySet<string>>(new Set());
  const [reads, setReads] = useState(0);
  useEffect(() => {
    let isActive = true;
    client.samples().then(
      (answer) => {
        if (!isActive) return;
        setSamples(answer.samples);
        setRevision(answer.revision);
      },
      (error: unknown) => isActive && setProblem(sentenceOf(error)),
    );
    return () => {
      isActive = false;
    };
  }, [client, version, reads]);

  const withdraw = (sample: Sample): void => {
    client.withdrawSample(sample.id).then(
      () => {
        setSamples((before) => before?.filter(({ id }) => id !== sample.id) ?? null);
        onDone(`${sample.label} is deleted.`);
      },
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  };
  const mark = (changes: readonly SampleChange[], readAt: number): Promise<void> =>
    client.markSamples(changes, readAt).then(
      (before) => {
        setProblem(null);
        setReads((last) => last + 1);
        setChosenSamples(new Set());
        onDone(`${count(changes.length, "sample")} changed.`, () => mark(before.before, before.revision));
      },
      (error: unknown) => {
        if (!(error instanceof Problem && error.status === STALE)) return setProblem(sentenceOf(error));
        setReads((last) => last + 1);
        onDone(sentenceOf(error));
      },
    );

  const drop = useFileDrop(mayEdit ? onImport : null);

  if (samples === null && problem !== null)
    return (
      <p className="notice bad">
        <InlineCode>{problem}</InlineCode>
      </p>
    );
  if (samples === null) return <p className="small muted">Loading the samples…</p>;
  const there = samples.filter(({ id }) => chosenSamples.has(id));
  const choose = (ids: readonly string[], isChosen: boolean): void =>
    setChosenSamples((before) => {
      const after = new Set(before);
      for (const id of ids)
        if (isChosen) after.add(id);
        else after.delete(id);
      return after;
    });
  return (
    <div {...drop.props} className={`stack samples-drop${drop.isOver ? " over" : ""}`}>
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {samples.length === 0 && (
        <p className="small muted">
          None yet. Make a recording and send it, or import many at once: each build is then run on those for tests.
        </p>
      )}
      {mayEdit && (
        <p className="small muted">Drop a folder, a CSV with its recordings or a .zip here to import them.</p>
      )}
      {mayEdit && (
        <div className="row wrap">
          {samples.length > 1 && (
            <label className="row small">
              <input
                type="checkbox"
                checked={there.length === samples.length}
                onChange={(event) =>
                  choose(
                    samples.map(({ id }) => id),
                    event.target.checked,
                  )
                }
              />
              Select all
            </label>
          )}
          <span className="grow" />
          <button type="button" className="button" onClick={() => onImport(null)}>
            <Upload aria-hidden="true" />
            Import…
          </button>
        </div>
      )}
      {there.length > 0 && (
        <MarkForm
          number={there.length}
          labels={labels}
          onMark={(label) =>
            void mark(
              there.map(({ number }) => ({ number, label })),
              revision,
            )
          }
        />
      )}
      <ul className="sample-list">
        {samples.map((sample) => (
          <li key={sample.id}>
            {mayEdit && (
              <input
                type="checkbox"
                aria-label={`Select ${sample.label}, sample ${sample.number}`}
                checked={chosenSamples.has(sample.id)}
                onChange={(event) => choose([sample.id], event.target.checked)}
              />
            )}
            <span className="grow">
              <b>{sample.label}</b> <small className="muted num">{sample.number}</small>{" "}
              <span className="tag">{sample.split}</span>{" "}
              <small className="muted">
                {sample.kind}, by{" "}
                {sample.owner === null
                  ? "someone without an account"
                  : sample.owner.id === me
                    ? "you"
                    : sample.owner.name}
                , {until(sample.ends)}
              </small>
            </span>
            {!sample.playable ? (
              <small className="muted">
                <Lock aria-hidden="true" /> Only those who manage the project play it.
              </small>
            ) : isReplayable(sample) ? (
              <button type="button" className="button" onClick={() => onReplay(sample)}>
                <Play aria-hidden="true" />
                Replay
                <span className="aloud"> {sample.label}</span>
              </button>
            ) : (
              <small className="muted">A table is not replayed.</small>
            )}
            {sample.may_delete && (
              <WithdrawButton sample={sample} isOwn={sample.owner?.id === me} onWithdraw={() => withdraw(sample)} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface WithdrawButtonProps {
  readonly sample: Sample;
  readonly isOwn: boolean;
  readonly onWithdraw: () => void;
}

/** Asks once more before a recording is deleted everywhere. */
function WithdrawButton({ sample, isOwn, onWithdraw }: WithdrawButtonProps) {
  const [isSure, setSure] = useState(false);
  return (
    <button
      type="button"
      className={isSure ? "button danger" : "button"}
      onClick={() => (isSure ? onWithdraw() : setSure(true))}
      onBlur={() => setSure(false)}
    >
      <Undo2 aria-hidden="true" />
      {isSure ? "Delete everywhere" : isOwn ? "Withdraw" : "Remove"}
      <span className="aloud"> {sample.label}</span>
    </button>
  );
}

interface MarkFormProps {
  readonly number: number;
  readonly labels: readonly string[];
  readonly onMark: (label: string) => void;
}

/** A label for all that are selected. */
function MarkForm({ number, labels, onMark }: MarkFormProps) {
  const id = useId();
  const [label, setLabel] = useState("");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onMark(label);
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-label`}>Label of {count(number, "sample")}</label>
        <input
          id={`${id}-label`}
          className="input"
          maxLength={DataChangeLengths.label}
          value={label}
          list={`${id}-labels`}
          aria-describedby={`${id}-other`}
          onChange={(event) => setLabel(event.target.value)}
        />
        <LabelList id={`${id}-labels`} labels={labels} />
        <OtherLabel id={`${id}-other`} label={label} labels={labels} />
      </div>
      <div className="row">
        <span className="grow" />
        <button type="submit" className="button primary" disabled={label.trim() === ""}>
          Change {count(number, "sample")}
        </button>
      </div>
    </form>
  );
}
