// A recording as the input: chosen from those of the page, replayed once or round and round, cut, named, sent or deleted.
import { Play, Repeat, Scale, Send, Square, Trash2 } from "lucide-react";
import { Suspense, useEffect, useId, useMemo, useState } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import { LABEL_LIMIT } from "../../declared/run-limits";
import { recordingOf } from "../../runtime";
import { useExpectation } from "../examples/expectation";
import { useHost } from "../host";
import type { SourceProps } from "../sources/source";
import { latestOf, PlayedInput, shownBytes } from "./PlayedInput";
import { proposedLabel } from "./comparing/comparing";
import { useCards } from "./running";
import { useRecordings } from "./store";
import { isUnlabelled, lengthOf, lengthText, trimmed, windowsOf, type Recording } from "./capture/recording";
import "../examples/examples.css";
import "../styles/recordings.css";

const Compare = lazyPart(() => import("./comparing/Compare"));

const HOW: Readonly<Record<string, string>> = {
  sound: "Start listening under Live, then press Record.",
  picture: "Start the camera and press Record, or save a drawing.",
  motion: "Start the motion sensor under Live, then press Record.",
};

export default function RecordingSource({ request, onInput }: SourceProps) {
  const host = useHost();
  const [store, all] = useRecordings();
  const unsavedIds = useStore(store.unsavedIds);
  const kind = recordingOf(request);
  const recordings = all.filter(({ content }) => content.kind === kind);
  const [chosenId, setChosenId] = useState<number | null>(null);
  const chosenRecording = recordings.find(({ id }) => id === chosenId) ?? recordings.at(-1) ?? null;
  if (chosenRecording === null) {
    return (
      <p className="preview-waiting muted">
        No recordings yet. {HOW[kind ?? ""]}{" "}
        {host.shelf === undefined
          ? "A recording stays in this page and is lost when you close it."
          : "A recording stays in this browser: it is there after a reload of this page, and deleted after a day or when you sign out."}
      </p>
    );
  }
  return (
    <>
      <ul className="preview-recordings" aria-label="Recordings">
        {recordings.map((recording) => (
          <li key={recording.id}>
            <button
              type="button"
              aria-pressed={recording.id === chosenRecording.id}
              onClick={() => setChosenId(recording.id)}
            >
              <span className="cut">{recording.label}</span>
              <small className="num">{lengthText(recording.content)}</small>
            </button>
          </li>
        ))}
      </ul>
      {unsavedIds.has(chosenRecording.id) && (
        <p className="small muted">This browser does not store this recording: a reload of this page loses it.</p>
      )}
      <ChosenRecording
        key={chosenRecording.id}
        recording={chosenRecording}
        request={request}
        onInput={onInput}
        onChange={(changes) => store.change(chosenRecording.id, changes)}
        onDelete={() => store.remove(chosenRecording.id)}
      />
    </>
  );
}

interface ChosenProps extends Omit<SourceProps, "example"> {
  readonly recording: Recording;
  readonly onChange: (changes: Partial<Pick<Recording, "label" | "from" | "to">>) => void;
  readonly onDelete: () => void;
}

/** How it plays: each press is another turn, so that the same recording can be played again. */
interface Turn {
  readonly number: number;
  readonly loops: boolean;
}

function ChosenRecording({ recording, request, onInput, onChange, onDelete }: ChosenProps) {
  const host = useHost();
  const cards = useCards();
  const id = useId();
  const { content: whole, from, to } = recording;
  // A letter of its label plays it no second time.
  const content = useMemo(() => trimmed({ content: whole, from, to }), [whole, from, to]);
  const windows = useMemo(() => windowsOf(content, request), [content, request]);
  const [turn, setTurn] = useState<Turn>({ number: 0, loops: false });
  const [isPlaying, setPlaying] = useState(true);
  const [compares, setCompares] = useState(false);
  const [playedInput, setPlayedInput] = useState<ArrayBuffer | null>(null);
  const { wordlists, expect } = useExpectation();
  const label = recording.label.trim();
  const expected = !isUnlabelled(recording) && wordlists.some((words) => words.includes(label)) ? label : null;
  useEffect(() => {
    expect(expected, recording.page);
    return () => expect(null);
  }, [expected, recording.page, expect]);

  useEffect(() => {
    if (windows === null) return undefined;
    const isStream = windows.count > 1;
    const byteCount = shownBytes(request);
    let index = 0;
    const next = (): void => {
      if (document.hidden) return;
      const input = windows.at(index);
      onInput(input, isStream);
      setPlayedInput((before) => latestOf(before, input, byteCount));
      index += 1;
      if (index < windows.count) return;
      index = 0;
      if (turn.loops && isStream) return;
      clearInterval(timer);
      setPlaying(false);
    };
    const timer = setInterval(next, Math.max(20, windows.step));
    next();
    return () => {
      clearInterval(timer);
      // The next recording fills no window that this one began.
      if (request.isStream === true) onInput(null);
    };
  }, [windows, turn, onInput, request]);

  const play = (loops: boolean): void => {
    setPlaying(true);
    setTurn({ number: turn.number + 1, loops });
  };
  // Without an end there is none to wait for: it goes on until it is played once, and that ends.
  const stop = (): void => play(false);
  const isMoving = (windows?.count ?? 0) > 1;
  const length = lengthOf(recording.content);
  return (
    <>
      <PlayedInput kind={content.kind} request={request} input={playedInput} />
      <div className="row wrap">
        <button type="button" className="button" onClick={() => play(false)}>
          <Play aria-hidden="true" />
          Replay
        </button>
        {isMoving && (
          <button
            type="button"
            className="button"
            aria-pressed={turn.loops}
            onClick={turn.loops ? stop : () => play(true)}
          >
            {turn.loops ? <Square aria-hidden="true" /> : <Repeat aria-hidden="true" />}
            {turn.loops ? "Stop the loop" : "Loop"}
          </button>
        )}
        <span className="small muted" role="status">
          {isPlaying && isMoving ? (turn.loops ? "Playing in a loop" : "Playing") : ""}
        </span>
      </div>
      <details className="preview-named">
        <summary className="small muted">Label and length</summary>
        <div className="field">
          <label htmlFor={`${id}-label`}>Label</label>
          <input
            id={`${id}-label`}
            className="input"
            maxLength={LABEL_LIMIT}
            value={recording.label}
            onChange={(event) => onChange({ label: event.target.value })}
          />
        </div>
        {length > 0 && (
          <fieldset className="preview-trim">
            <legend className="small muted">The part that is used</legend>
            <End
              label="From"
              value={recording.from}
              maximum={length}
              onChange={(from) => onChange({ from: Math.min(from, recording.to) })}
            />
            <End
              label="To"
              value={recording.to}
              maximum={length}
              onChange={(to) => onChange({ to: Math.max(to, recording.from) })}
            />
          </fieldset>
        )}
      </details>
      <div className="row wrap">
        {host.onSend !== null && (
          <button
            type="button"
            className="button"
            disabled={recording.label.trim() === ""}
            onClick={() => host.onSend?.(recording, isUnlabelled(recording) ? proposedLabel(cards()) : null)}
          >
            <Send aria-hidden="true" />
            Send to the project…
          </button>
        )}
        {host.builds.length > 0 && (
          <button type="button" className="button" aria-expanded={compares} onClick={() => setCompares(!compares)}>
            <Scale aria-hidden="true" />
            Compare builds
          </button>
        )}
        <button type="button" className="button quiet" onClick={onDelete}>
          <Trash2 aria-hidden="true" />
          Delete
        </button>
      </div>
      {compares && (
        <Suspense fallback={<p className="small muted">Loading…</p>}>
          <Compare content={content} />
        </Suspense>
      )}
    </>
  );
}

interface EndProps {
  readonly label: string;
  /** Milliseconds. */
  readonly value: number;
  readonly maximum: number;
  readonly onChange: (value: number) => void;
}

function End({ label, value, maximum, onChange }: EndProps) {
  const id = useId();
  return (
    <div className="preview-slider small">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={maximum}
        step={Math.max(1, maximum / 200)}
        value={value}
        aria-valuetext={`${(value / 1000).toFixed(2)} seconds`}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <output className="num" htmlFor={id}>
        {(value / 1000).toFixed(2)} s
      </output>
    </div>
  );
}
