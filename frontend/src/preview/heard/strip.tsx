// The shell of the strips of sound and of motion: it draws them as input comes, with the frames of windows and a time axis.
import { useEffect, useState, type CSSProperties, type ReactNode } from "react";
import { certaintyText } from "../../look/certainty/certainty";
import { framesOf, type Frame } from "./frames";
import type { Heard } from "./heard";
import type { AnsweredWindows } from "./windows";

export interface StripProps {
  /** The input that was given, which is drawn as it comes. */
  readonly heard: Heard;
  /** The answers to it. */
  readonly windows: AnsweredWindows;
  /** Frames of the window that an answer is for. */
  readonly windowLength: number;
}

interface Props extends StripProps {
  /** Draws the canvases: the same function from render to render. */
  readonly onDraw: () => void;
  /** The canvases. */
  readonly children: ReactNode;
}

const CALM = "(prefers-reduced-motion: reduce)";

export function Strip({ heard, windows, windowLength, onDraw, children }: Props) {
  // The position of "now" that is drawn: frames and canvases move together.
  const [drawn, setDrawn] = useState({ count: heard.count, shown: heard.shown });
  const { current } = windows;

  useEffect(() => {
    let request = 0;
    const draw = (): void => {
      request = 0;
      onDraw();
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
  }, [heard, onDraw, current]);

  const frames = framesOf(windows, windowLength, drawn);
  const seconds = drawn.shown / heard.rate;
  return (
    <div className="heard" data-heard={heard.kind}>
      <div className="heard-plot" aria-hidden="true">
        {children}
        {frames.map((frame) => (
          <FrameBox key={`${frame.end} ${frame.isCurrent}`} frame={frame} />
        ))}
      </div>
      <div className="heard-axis num" aria-hidden="true">
        {ticksOf(seconds).map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
      <p className="visually-hidden">{summaryOf(frames, seconds, heard.kind)}</p>
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

function summaryOf(frames: readonly Frame[], seconds: number, kind: Heard["kind"]): string {
  const answers = frames.filter(({ text }) => text !== null).map(nameOf);
  const input = seconds < 2 ? `The ${kind} that was answered` : `The last ${Math.round(seconds)} seconds of ${kind}`;
  return answers.length === 0 ? `${input}.` : `${input}, with ${answers.join("; ")}.`;
}
