// The sound that the model heard: the last seconds of sound as a wave and a spectrogram on one time axis, with the window of the
// current answer framed and named, and those of earlier answers in grey frames.
import { useEffect, useRef, useState, type CSSProperties } from "react";
import { certaintyText } from "../../look/certainty/certainty";
import { drawColumns } from "../sources/draw-columns";
import { drawWave } from "../sources/draw-wave";
import { COLUMNS, SpectrogramColumns } from "./columns";
import { framesOf, type Frame } from "./frames";
import type { Heard } from "./heard";
import type { AnsweredWindows } from "./windows";

interface Props {
  /** The sound that was given, which is drawn as it comes. */
  readonly heard: Heard;
  /** The answers to it. */
  readonly windows: AnsweredWindows;
  /** Samples of the window that an answer is for. */
  readonly windowLength: number;
}

const BANDS = 24;
const CALM = "(prefers-reduced-motion: reduce)";

export function SoundStrip({ heard, windows, windowLength }: Props) {
  const wave = useRef<HTMLCanvasElement>(null);
  const pitch = useRef<HTMLCanvasElement>(null);
  const [columns] = useState(() => new SpectrogramColumns());
  // The position of "now" that is drawn: frames and canvases move together.
  const [drawn, setDrawn] = useState({ count: heard.count, shown: heard.shown });
  const { current } = windows;

  useEffect(() => {
    let request = 0;
    const draw = (): void => {
      request = 0;
      if (wave.current !== null) drawWave(wave.current, heard.samples());
      if (pitch.current !== null) drawColumns(pitch.current, columns.read(heard));
      setDrawn({ count: heard.count, shown: heard.shown });
    };
    const drawSoon = (): void => {
      if (request === 0) request = requestAnimationFrame(draw);
    };
    drawSoon();
    // With reduced motion it steps with each answer, which draws it anew.
    const stop = matchMedia(CALM).matches ? null : heard.subscribe(drawSoon);
    return () => {
      stop?.();
      cancelAnimationFrame(request);
    };
  }, [heard, columns, current]);

  const frames = framesOf(windows, windowLength, drawn);
  const seconds = drawn.shown / heard.rate;
  return (
    <div className="heard" data-heard>
      <div className="heard-plot" aria-hidden="true">
        <canvas ref={wave} className="heard-wave" width={1080} height={88} />
        <canvas ref={pitch} className="heard-pitch" width={COLUMNS} height={BANDS} />
        {frames.map((frame) => (
          <FrameBox key={`${frame.end} ${frame.isCurrent}`} frame={frame} />
        ))}
      </div>
      <div className="heard-axis num" aria-hidden="true">
        {ticksOf(seconds).map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
      <p className="visually-hidden">{summaryOf(frames, seconds)}</p>
    </div>
  );
}

function FrameBox({ frame }: { readonly frame: Frame }) {
  const style = { "--from": `${frame.from}%`, "--wide": `${frame.width}%` } as CSSProperties;
  const tone = !frame.isCurrent ? "old" : frame.isAnswered ? "" : "none";
  return (
    <span className={`heard-window ${tone} ${frame.isAtEnd ? "at-end" : ""}`} style={style}>
      {frame.isNamed && <b>{nameOf(frame)}</b>}
    </span>
  );
}

function nameOf({ text, share }: Pick<Frame, "text" | "share">): string {
  if (text === null) return "nothing";
  return share === null ? text : `${text}, ${certaintyText(share)}`;
}

/** A tick for each second, the oldest first: `6 s ago`, `5`, … `now`. */
function ticksOf(seconds: number): readonly string[] {
  const whole = Math.round(seconds);
  if (whole < 2) return [`${seconds.toFixed(1)} s ago`, "now"];
  return Array.from({ length: whole + 1 }, (_, index) =>
    index === 0 ? `${whole} s ago` : index === whole ? "now" : String(whole - index),
  );
}

function summaryOf(frames: readonly Frame[], seconds: number): string {
  const answers = frames.filter(({ text }) => text !== null).map(nameOf);
  const sound = seconds < 2 ? "The sound that was heard" : `The last ${Math.round(seconds)} seconds of sound`;
  return answers.length === 0 ? `${sound}.` : `${sound}, with ${answers.join("; ")}.`;
}
