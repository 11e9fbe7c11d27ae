// How the phone is moved: acceleration with gravity, in metres per second squared, the last rows that the rune asks for.
import { counted } from "../../../look/plural";
import { Move3d } from "lucide-react";
import { useRef } from "react";
import { EvenRows, type TimedRow } from "../../motion/even-rows";
import { rowsToBytes, type MotionRow } from "../../motion/motion";
import { rowOf } from "../../motion/sensor";
import { RecordButton } from "../../recordings/capture/RecordButton";
import { useRecorder } from "../../recordings/capture/recorder";
import { motionCapture } from "../../recordings/capture/capture";
import { MotionView } from "../views/MotionView";
import { askForMotion } from "./ask-for-motion";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import type { SourceProps } from "../source";

/** Runs a second while the phone moves. */
const RUNS = 8;
const SILENCE_MILLISECONDS = 2500;

export function MotionSource({ request, onInput }: SourceProps) {
  const rows = useRef<MotionRow[]>([]);
  const count = Math.max(1, Math.floor(request.size / 12));
  const [recorder, capture] = useRecorder<MotionRow>(motionCapture);
  const [live, state] = useLive(() => {
    const device: Live = new Live("motion sensor", async (signal) => {
      await askForMotion();
      signal.addEventListener("abort", recorder.stop);
      rows.current = [];
      let ranAt = 0;
      let fresh = 0;
      const even = new EvenRows();
      const take = ({ at, row }: TimedRow) => {
        recorder.push(row, at);
        rows.current.push(row);
        if (rows.current.length > 2 * count) rows.current.splice(0, rows.current.length - count);
        fresh += 1;
        if (request.isStream === true ? fresh < count : at - ranAt < 1000 / RUNS) return;
        if (rows.current.length < count) return;
        fresh = 0;
        ranAt = at;
        onInput(rowsToBytes(rows.current, count), true);
      };
      const onMotion = (event: DeviceMotionEvent) => {
        const row = rowOf(event);
        if (row !== null) even.push({ at: event.timeStamp, row }).forEach(take);
      };
      window.addEventListener("devicemotion", onMotion, { signal });
      const timer = setTimeout(() => {
        if (rows.current.length === 0)
          device.fail("No motion sensor sends data. Open this page on a phone, or use a file.");
      }, SILENCE_MILLISECONDS);
      signal.addEventListener("abort", () => clearTimeout(timer));
    });
    return device;
  });

  return (
    <>
      {state.phase === "off" ? (
        <p className="preview-off muted">The motion sensor is off.</p>
      ) : (
        <MotionView isLive={state.phase === "live"} />
      )}
      <LiveButton live={live} state={state} icon={Move3d} startText="Start the motion sensor" stopText="Stop">
        {state.phase === "live" && <RecordButton recorder={recorder} recording={capture} />}
        <span className="small muted">{counted(count, "row")} a run</span>
      </LiveButton>
    </>
  );
}
