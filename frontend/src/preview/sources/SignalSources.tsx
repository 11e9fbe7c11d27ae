// Generated signals, chosen from a list: sounds, pictures, motions.
import { Dices } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from "react";
import {
  MOTION_SIGNALS,
  motionSignal,
  PICTURE_SIGNALS,
  pictureSignal,
  SOUND_SIGNALS,
  soundSignal,
  type MotionSignal,
  type PictureSignal,
  type SoundSignal,
} from "../signals";
import { pictureRequest } from "../picture/pixels";
import { countOf, rateOf, toI16 } from "../sound/samples";
import { drawRows } from "./draw-rows";
import { Seen } from "./Seen";
import { SoundView } from "./SoundView";
import type { SourceProps } from "./source";

interface ChooserProps<Signal extends string> {
  readonly names: Readonly<Record<Signal, string>>;
  readonly value: Signal;
  readonly onChange: (signal: Signal) => void;
  /** Offered for signals that are another at each time. */
  readonly onAgain: (() => void) | null;
  readonly children?: ReactNode;
}

function SignalChooser<Signal extends string>({ names, value, onChange, onAgain, children }: ChooserProps<Signal>) {
  return (
    <>
      <div className="row wrap">
        <select
          className="input preview-own"
          aria-label="Signal"
          value={value}
          onChange={(event) => onChange(event.target.value as Signal)}
        >
          {(Object.keys(names) as Signal[]).map((signal) => (
            <option key={signal} value={signal}>
              {names[signal]}
            </option>
          ))}
        </select>
        {onAgain !== null && (
          <button type="button" className="button" onClick={onAgain}>
            <Dices aria-hidden="true" />
            Again
          </button>
        )}
      </div>
      {children}
    </>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

function Slider({ label, value, unit, minimum, maximum, step, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="preview-slider">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={minimum}
        max={maximum}
        step={step}
        value={value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <output className="num" htmlFor={id}>
        {value} {unit}
      </output>
    </div>
  );
}

export function SoundSignalSource({ request, onInput }: SourceProps) {
  const [signal, setSignal] = useState<SoundSignal>("tone");
  const [hertz, setHertz] = useState(440);
  const [turn, setTurn] = useState(0);
  const rate = rateOf(request);
  const samples = useMemo(
    () => soundSignal(signal, countOf(request), rate, hertz),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each turn is another noise
    [signal, request, rate, hertz, turn],
  );
  const read = useMemo(() => () => samples, [samples]);
  useEffect(() => onInput(toI16(samples)), [samples, onInput]);
  return (
    <>
      <SoundView samples={read} isLive={false} version={hertz} />
      <SignalChooser
        names={SOUND_SIGNALS}
        value={signal}
        onChange={setSignal}
        onAgain={signal === "noise" ? () => setTurn(turn + 1) : null}
      >
        {(signal === "tone" || signal === "sweep") && (
          <Slider
            label={signal === "tone" ? "Pitch" : "From"}
            value={hertz}
            unit="Hz"
            minimum={50}
            maximum={Math.floor(rate / 2) - 50}
            step={10}
            onChange={setHertz}
          />
        )}
      </SignalChooser>
    </>
  );
}

export function PictureSignalSource({ request, onInput }: SourceProps) {
  const [signal, setSignal] = useState<PictureSignal>("gradient");
  const [turn, setTurn] = useState(0);
  const picture = useMemo(() => pictureRequest(request), [request]);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- each turn is another noise
  const bytes = useMemo(() => pictureSignal(signal, picture), [signal, picture, turn]);
  useEffect(() => onInput(bytes), [bytes, onInput]);
  return (
    <>
      <div className="preview-picture">
        <Seen bytes={bytes} picture={picture} />
      </div>
      <SignalChooser
        names={PICTURE_SIGNALS}
        value={signal}
        onChange={setSignal}
        onAgain={signal === "noise" ? () => setTurn(turn + 1) : null}
      />
    </>
  );
}

export function MotionSignalSource({ request, onInput }: SourceProps) {
  const [signal, setSignal] = useState<MotionSignal>("wave");
  const [turns, setTurns] = useState(1);
  const [turn, setTurn] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const count = Math.max(1, Math.floor(request.size / 12));
  // eslint-disable-next-line react-hooks/exhaustive-deps -- each turn is another shaking
  const bytes = useMemo(() => motionSignal(signal, count, turns), [signal, count, turns, turn]);
  useEffect(() => {
    onInput(bytes);
    const values = new Float32Array(bytes);
    if (canvas.current !== null)
      drawRows(
        canvas.current,
        Array.from(
          { length: count },
          (_, row) => [values[row * 3] ?? 0, values[row * 3 + 1] ?? 0, values[row * 3 + 2] ?? 0] as const,
        ),
      );
  }, [bytes, count, onInput]);
  return (
    <>
      <canvas ref={canvas} className="preview-motion" width={684} height={160} aria-hidden="true" />
      <SignalChooser
        names={MOTION_SIGNALS}
        value={signal}
        onChange={setSignal}
        onAgain={signal === "shake" ? () => setTurn(turn + 1) : null}
      >
        {(signal === "wave" || signal === "circle") && (
          <Slider
            label="Frequency"
            value={turns}
            unit="per second"
            minimum={0.25}
            maximum={5}
            step={0.25}
            onChange={setTurns}
          />
        )}
      </SignalChooser>
    </>
  );
}
