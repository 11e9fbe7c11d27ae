// How the phone is moved: acceleration with gravity, in metres per second squared, the last rows that the rune asks for.
import { Move3d } from "lucide-react";
import { useEffect, useRef } from "react";
import { rowsToBytes, type Row } from "../motion";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import type { SourceProps } from "./source";

/** Runs a second while the phone moves. */
const RUNS = 8;
const SILENCE_MILLISECONDS = 2500;
const SHOWN_ROWS = 120;

/** Safari asks its person first, and only from within a tap. */
interface AskingMotionEvent {
  requestPermission?: () => Promise<PermissionState>;
}

export function MotionSource({ request, onInput }: SourceProps) {
  const rows = useRef<Row[]>([]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const count = Math.max(1, Math.floor(request.size / 12));
  const [live, state] = useLive(() => {
    const device: Live = new Live("motion sensor", async (signal) => {
      await askForMotion();
      rows.current = [];
      let ranAt = 0;
      const onMotion = ({ accelerationIncludingGravity: a, timeStamp }: DeviceMotionEvent) => {
        const row = [a?.x ?? NaN, a?.y ?? NaN, a?.z ?? NaN] as const;
        if (row.some(Number.isNaN)) return;
        rows.current = [...rows.current, row].slice(-Math.max(count, SHOWN_ROWS));
        if (timeStamp - ranAt < 1000 / RUNS || rows.current.length < count) return;
        ranAt = timeStamp;
        onInput(rowsToBytes(rows.current, count), true);
      };
      window.addEventListener("devicemotion", onMotion, { signal });
      const timer = setTimeout(() => {
        if (rows.current.length === 0) device.fail("Nothing comes from a motion sensor. Open this page on a phone, or use a file.");
      }, SILENCE_MILLISECONDS);
      signal.addEventListener("abort", () => clearTimeout(timer));
    });
    return device;
  });

  useEffect(() => {
    if (state.phase !== "live") return undefined;
    const timer = setInterval(() => {
      if (canvas.current !== null) drawRows(canvas.current, rows.current);
    }, 100);
    return () => clearInterval(timer);
  }, [state.phase]);

  return (
    <>
      {state.phase === "off" ? (
        <p className="preview-off muted">The motion sensor is off.</p>
      ) : (
        <canvas ref={canvas} className="preview-motion" width={684} height={160} aria-hidden="true" />
      )}
      <LiveButton live={live} state={state} icon={Move3d} startText="Start the motion sensor" stopText="Stop">
        <span className="small muted">{count} rows a run</span>
      </LiveButton>
    </>
  );
}

async function askForMotion(): Promise<void> {
  const asking = DeviceMotionEvent as unknown as AskingMotionEvent;
  if (asking.requestPermission === undefined) return;
  if ((await asking.requestPermission()) !== "granted") throw new DOMException("refused", "NotAllowedError");
}

const LINES = ["--output", "--ok", "--info"];
const LARGEST = 25;

/** x, y and z as three lines, newest at the right. */
function drawRows(canvas: HTMLCanvasElement, rows: readonly Row[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const style = getComputedStyle(canvas);
  context.clearRect(0, 0, width, height);
  context.lineWidth = 3;
  LINES.forEach((colour, axis) => {
    context.strokeStyle = style.getPropertyValue(colour);
    context.beginPath();
    rows.slice(-SHOWN_ROWS).forEach((row, index) => {
      const y = height / 2 - ((row[axis] ?? 0) / LARGEST) * (height / 2);
      context.lineTo((index / (SHOWN_ROWS - 1)) * width, y);
    });
    context.stroke();
  });
}
