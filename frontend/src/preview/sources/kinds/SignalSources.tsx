// Generated signals, chosen from a list: sounds, pictures, motions.
import { Dices, Pause, Play } from "lucide-react";
import { useCallback, useEffect, useId, useMemo, useRef, useState, type ReactNode } from "react";
import {
  MOTION_RATE,
  MOTION_SIGNALS,
  motionSignal,
  PICTURE_SIGNALS,
  pictureSignal,
  SOUND_SIGNALS,
  soundSignal,
  type MotionSignal,
  type PictureSignal,
  type SoundSignal,
} from "../../signals";
import { pictureRequest } from "../../picture/pixels";
import { countOf, rateOf, toI16 } from "../../sound/samples";
import { InputPicture } from "../views/InputPicture";
import { MotionView } from "../views/MotionView";
import { SoundView } from "../views/SoundView";
import type { SourceProps } from "../source";
import { useSteadyChunks } from "../steady";

interface ChooserProps<Signal extends string> {
  readonly names: Readonly<Record<Signal, string>>;
  readonly value: Signal;
  readonly onChange: (signal: Signal) => void;
  /** Offered for signals that are another at each time. */
  readonly onAgain: (() => void) | null;
  /** Where the signal is a stream: whether it rests, and what changes that. */
  readonly rest?: Rest | null;
  readonly children?: ReactNode;
}

interface Rest {
  readonly isResting: boolean;
  readonly onToggle: () => void;
}

function SignalChooser<Signal extends string>({
  names,
  value,
  onChange,
  onAgain,
  rest = null,
  children,
}: ChooserProps<Signal>) {
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
        {rest !== null && (
          <button type="button" className="button" onClick={rest.onToggle}>
            {rest.isResting ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
            {rest.isResting ? "Go on" : "Pause"}
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

/** Seconds after which a sweep of a stream begins again. */
const SWEEP_SECONDS = 2;

export function SoundSignalSource({ request, onInput }: SourceProps) {
  const [signal, setSignal] = useState<SoundSignal>("tone");
  const [hertz, setHertz] = useState(440);
  const [turn, setTurn] = useState(0);
  const [isResting, setResting] = useState(false);
  const [sendCount, setSendCount] = useState(0);
  const rate = rateOf(request);
  const count = countOf(request);
  const isStream = request.isStream === true;
  const one = useMemo(
    () => soundSignal(signal, count, rate, hertz),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each turn is another noise
    [signal, count, rate, hertz, turn],
  );
  const newestSamples = useRef(one);
  const show = useCallback(
    (samples: Float32Array) => {
      newestSamples.current = samples;
      onInput(toI16(samples), isStream);
    },
    [onInput, isStream],
  );
  useEffect(() => {
    if (!isStream) show(one);
  }, [one, isStream, show]);
  useSteadyChunks(isStream && !isResting ? (1000 * count) / rate : null, (index) => {
    show(soundSignal(signal, count, rate, hertz, Math.random, { start: index * count, length: SWEEP_SECONDS * rate }));
    setSendCount(index);
  });
  const read = useCallback(() => (isStream ? newestSamples.current : one), [isStream, one]);
  return (
    <>
      <SoundView samples={read} isLive={false} version={sendCount} />
      <SignalChooser
        names={SOUND_SIGNALS}
        value={signal}
        onChange={setSignal}
        onAgain={signal === "noise" && !isStream ? () => setTurn(turn + 1) : null}
        rest={isStream ? { isResting, onToggle: () => setResting(!isResting) } : null}
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
        <InputPicture bytes={bytes} picture={picture} />
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
  const [isResting, setResting] = useState(false);
  const count = Math.max(1, Math.floor(request.size / 12));
  const isStream = request.isStream === true;
  // eslint-disable-next-line react-hooks/exhaustive-deps -- each turn is another shaking
  const one = useMemo(() => motionSignal(signal, count, turns), [signal, count, turns, turn]);
  const show = useCallback((bytes: ArrayBuffer) => onInput(bytes, isStream), [onInput, isStream]);
  useEffect(() => {
    if (!isStream) show(one);
  }, [one, isStream, show]);
  useSteadyChunks(isStream && !isResting ? (1000 * count) / MOTION_RATE : null, (index) =>
    show(motionSignal(signal, count, turns, Math.random, index * count)),
  );
  return (
    <>
      <MotionView />
      <SignalChooser
        names={MOTION_SIGNALS}
        value={signal}
        onChange={setSignal}
        onAgain={signal === "shake" && !isStream ? () => setTurn(turn + 1) : null}
        rest={isStream ? { isResting, onToggle: () => setResting(!isResting) } : null}
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
