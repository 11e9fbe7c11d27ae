// Records one sound or motion after a countdown, shows it, and lets its person keep it or record it again.
import { Activity, Check, Cpu, Mic, Play, Square, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { boardLine } from "../../device/sensor/board-line";
import { serialOf } from "../../device/serial/port";
import { deviceProblem, unavailable, type SensorName } from "../../preview/phone";
import { FaceView } from "./Face";
import { playRecording, stopPlaying } from "./play";
import { record } from "./recorders/record";
import { BoardSensor, ownSensor } from "./recorders/sensors";
import { NOT_STORED, type Take } from "./recorders/take";
import type { Task } from "./sending/client";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly task: Task;
  readonly number: number;
  readonly onKeep: (takes: readonly Take[], isOfBoard: boolean) => Promise<void>;
}

interface Running {
  /** Steps until it begins. */
  readonly steps: number;
  readonly part: number;
  /** Decibels below full scale. */
  readonly level: number;
}

const BEGIN: Running = { steps: 3, part: 0, level: -60 };
const BARS = 24;
const LOWEST = -60;

export function TimedRecorder({ task, number, onKeep }: Props) {
  const kind = task.kind === "sound" ? "sound" : "motion";
  const device: SensorName = kind === "sound" ? "microphone" : "motion sensor";
  const [board] = useState(() => (serialOf(navigator) === null ? null : new BoardSensor(boardLine(navigator), kind)));
  const [usesBoard, setUsesBoard] = useState(false);
  const [running, setRunning] = useState<Running | null>(null);
  const [take, setTake] = useState<Take | null>(null);
  const [problem, setProblem] = useState<string | null>(() => unavailable(device, ""));
  const stop = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      stop.current?.abort();
      board?.close();
    },
    [board],
  );

  const choose = (isBoard: boolean): void => {
    setUsesBoard(isBoard);
    setTake(null);
    setProblem(isBoard ? null : unavailable(device, ""));
    if (!isBoard) board?.close();
  };
  const start = async (): Promise<void> => {
    const controller = new AbortController();
    stop.current = controller;
    // Refused: it is gone before the next one begins.
    setTake(null);
    setProblem(null);
    setRunning(BEGIN);
    const change = (part: Partial<Running>): void => setRunning((before) => ({ ...(before ?? BEGIN), ...part }));
    try {
      const sensor = usesBoard && board !== null ? board : ownSensor(kind);
      const newTake = await record(task, sensor, controller.signal, {
        onCount: (steps) => change({ steps }),
        onLevel: (level) => change({ level }),
        onPart: (part) => change({ part }),
      });
      setTake(newTake);
    } catch (error) {
      if (!controller.signal.aborted) setProblem(usesBoard ? boardProblem(error) : problemOf(error, device));
    }
    setRunning(null);
  };
  const Icon = kind === "sound" ? Mic : Activity;
  const keep = async (): Promise<void> => {
    if (take === null) return;
    setTake(null); // a second press stores nothing twice
    try {
      await onKeep([take], usesBoard);
    } catch {
      setTake(take);
      setProblem(NOT_STORED);
    }
  };
  return (
    <section className="stack" aria-label={`Recording ${number}`}>
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {board !== null && (
        <fieldset className="plain row wrap collect-sensor" disabled={running !== null}>
          <legend className="aloud">Sensor</legend>
          <label className="row">
            <input type="radio" name="sensor" checked={!usesBoard} onChange={() => choose(false)} />
            <Icon aria-hidden="true" className="icon" />
            {kind === "sound" ? "Microphone" : "Motion sensor"} of this device
          </label>
          <label className="row">
            <input type="radio" name="sensor" checked={usesBoard} onChange={() => choose(true)} />
            <Cpu aria-hidden="true" className="icon" />
            Board on USB
          </label>
          {usesBoard && kind === "motion" && (
            <label className="row">
              <input type="checkbox" onChange={(event) => board.takeUnit(event.target.checked ? "g" : "m/s²")} />
              The board sends g, not m/s²
            </label>
          )}
        </fieldset>
      )}
      <div className="card stack">
        <div className="row between">
          <h2>Recording {number}</h2>
          {take !== null && <span className={`tag ${take.verdict.isGood ? "ok" : "warn"}`}>{take.verdict.text}</span>}
        </div>
        {take !== null && <FaceView face={take.face} recording={take} name={`Recording ${number}`} />}
        {take !== null && task.kind === "sound" && <PlayButton take={take} seconds={task.milliseconds / 1000} />}
        {running !== null && (
          <p className="collect-count" role="status">
            {running.steps > 0 ? running.steps : "Recording"}
          </p>
        )}
        {running !== null && running.steps === 0 && (
          <progress className="meter" max={1} value={running.part} aria-label="Recorded" />
        )}
        {running === null && take === null && (
          <p className="muted">
            {task.milliseconds / 1000} seconds{task.kind === "motion" ? `, ${task.rate} rows a second` : ""}, after a
            countdown.
          </p>
        )}
      </div>
      {running !== null && task.kind === "sound" && <Level decibels={running.level} />}
      <div className="collect-acts">
        {running !== null && (
          <button type="button" className="button big" onClick={() => stop.current?.abort()}>
            <Square aria-hidden="true" />
            Stop
          </button>
        )}
        {running === null && take === null && (
          <button type="button" className="button primary big" onClick={() => void start()}>
            <Icon aria-hidden="true" />
            Record
          </button>
        )}
        {take !== null && (
          <>
            <button type="button" className="button big" onClick={() => void start()}>
              <Undo2 aria-hidden="true" />
              Redo
            </button>
            <button type="button" className="button primary big" onClick={() => void keep()}>
              <Check aria-hidden="true" />
              Save and next
            </button>
          </>
        )}
      </div>
    </section>
  );
}

function Level({ decibels }: { readonly decibels: number }) {
  const lit = Math.round(((decibels - LOWEST) / -LOWEST) * BARS);
  return (
    <div
      className="row collect-level"
      role="meter"
      aria-label="Level"
      aria-valuemin={LOWEST}
      aria-valuemax={0}
      aria-valuenow={Math.round(decibels)}
    >
      <Mic aria-hidden="true" className="icon" />
      <span className="collect-bars" aria-hidden="true">
        {Array.from({ length: BARS }, (_, index) => (
          <i key={index} className={index < lit ? (index > BARS - 3 ? "full" : "lit") : ""} />
        ))}
      </span>
      <span className="num muted">{Math.round(decibels)} dB</span>
    </div>
  );
}

function PlayButton({ take, seconds }: { readonly take: Take; readonly seconds: number }) {
  useEffect(() => stopPlaying, []); // or it sounds in the next recording
  return (
    <div className="row">
      <button type="button" className="button" aria-label="Play the recording" onClick={() => playRecording(take)}>
        <Play aria-hidden="true" />
      </button>
      <span className="muted">{seconds} s · listen before you save it</span>
    </div>
  );
}

/** Null where no port was chosen: nothing is wrong then. */
function boardProblem(error: unknown): string | null {
  if (error instanceof DOMException && error.name === "NotFoundError") return null;
  return error instanceof Error ? error.message : String(error);
}

/** A browser's refusal in words of ours; what stopped a recording says so itself. */
function problemOf(error: unknown, device: SensorName): string {
  return error instanceof DOMException || !(error instanceof Error) ? deviceProblem(error, device, "") : error.message;
}
