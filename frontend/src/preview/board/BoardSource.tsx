// A board on a serial port as the sensor: its microphone or motion sensor is the input here.
import { Cpu, Square } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { counted } from "../../look/plural";
import { recordingOf } from "../../runtime";
import { useHost } from "../host";
import type { MotionRow } from "../motion/motion";
import { Resampler } from "../sound/resampler";
import { rateOf } from "../sound/samples";
import { inputsOf, type SensorReading } from "../sources/measurements";
import { MotionView } from "../sources/views/MotionView";
import { SoundView } from "../sources/views/SoundView";
import type { SourceProps } from "../sources/source";
import type { BoardMessage } from "./host";
import { InlineCode } from "../../look/code/InlineCode";

/** Milliseconds after which a board that says nothing is said so. */
const SILENCE = 3000;
const G = 9.80665;

type Phase = "off" | "connecting" | "live";

export default function BoardSource({ request, onInput }: SourceProps) {
  const { board } = useHost();
  const [phase, setPhase] = useState<Phase>("off");
  const [problem, setProblem] = useState<string | null>(null);
  const [lost, setLost] = useState(0);
  const [version, setVersion] = useState(0);
  const [isInG, setInG] = useState(false);
  const unit = useRef(1);
  const connection = useRef<AbortController | null>(null);
  const newestWindow = useRef<Float32Array | null>(null);
  const kind = recordingOf(request);
  useEffect(() => () => connection.current?.abort(), []);
  useEffect(() => {
    unit.current = isInG ? G : 1;
  }, [isInG]);
  const samples = useCallback(() => newestWindow.current, []);

  const stop = (reason: string | null): void => {
    connection.current?.abort();
    connection.current = null;
    setPhase("off");
    setProblem(reason);
  };
  const start = (): void => {
    if (board === undefined) return;
    const leaving = new AbortController();
    connection.current = leaving;
    setPhase("connecting");
    setProblem(null);
    setLost(0);
    const take = inputsOf(request, {
      onInput,
      onSound: (window) => {
        newestWindow.current = window;
        setVersion((before) => before + 1);
      },
      // The strip has them from the inputs.
      onRows: () => undefined,
      onPicture: () => undefined,
    });
    const atRate = resampling(rateOf(request));
    let hasArrived = false;
    const onMessage = (message: BoardMessage): void => {
      if (leaving.signal.aborted || message.what !== kind) return;
      hasArrived = true;
      take(message.what === "sound" ? atRate(message) : { ...message, rows: scaled(message.rows, unit.current) });
    };
    const onClosed = (reason: string): void => {
      if (connection.current === leaving) stop(reason);
    };
    board
      .connect(kind === "sound" ? "sound" : "motion", leaving.signal, {
        onMessage,
        onLost: setLost,
        onClosed: onClosed,
      })
      .then(
        () => {
          if (leaving.signal.aborted) return;
          setPhase("live");
          const timer = setTimeout(() => {
            if (!hasArrived && !leaving.signal.aborted) setProblem(silentText(kind === "sound"));
          }, SILENCE);
          leaving.signal.addEventListener("abort", () => clearTimeout(timer));
        },
        (error: unknown) => {
          // No port was chosen: nothing is wrong.
          const isChosen = !(error instanceof DOMException && error.name === "NotFoundError");
          if (connection.current === leaving)
            stop(isChosen ? (error instanceof Error ? error.message : String(error)) : null);
        },
      );
  };
  return (
    <>
      {phase === "off" && <p className="preview-off muted">No board is connected.</p>}
      {phase === "live" && kind === "sound" && <SoundView samples={samples} isLive version={version} />}
      {phase === "live" && kind === "motion" && <MotionView isLive />}
      {problem !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {lost > 0 && (
        <p className="small muted" role="status">
          {counted(lost, "frame")} lost on the line
        </p>
      )}
      <div className="row wrap">
        <button type="button" className="button" onClick={phase === "off" ? start : () => stop(null)}>
          {phase === "off" ? <Cpu aria-hidden="true" /> : <Square aria-hidden="true" />}
          {phase === "off" ? "Connect a board" : phase === "connecting" ? "Connecting…" : "Disconnect the board"}
        </button>
        {kind === "motion" && (
          <label className="row small">
            <input type="checkbox" checked={isInG} onChange={(event) => setInG(event.target.checked)} />
            The board sends g, not m/s²
          </label>
        )}
      </div>
    </>
  );
}

function silentText(isSound: boolean): string {
  return isSound
    ? "This port sends no sound. The board must send frames of sound; the guide says how."
    : "This port sends no motion. The board must send lines of three numbers at 115200 bits a second, or frames.";
}

function scaled(rows: readonly MotionRow[], unit: number): readonly MotionRow[] {
  return unit === 1 ? rows : rows.map(([x, y, z]): MotionRow => [x * unit, y * unit, z * unit]);
}

/** Sound of a board's rate as sound of the rune's. */
function resampling(targetRate: number): (message: Extract<BoardMessage, { what: "sound" }>) => SensorReading {
  let [from, resampler]: [number, Resampler | null] = [targetRate, null];
  return ({ what, rate, samples }) => {
    if (rate !== from || resampler === null) [from, resampler] = [rate, new Resampler(rate, targetRate)];
    return { what, samples: resampler.push(samples) };
  };
}
