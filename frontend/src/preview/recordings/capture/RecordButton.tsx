// Begins and ends a recording, says how long it is, and that it stays in the page.
import { Circle, Square } from "lucide-react";
import { useEffect, useState } from "react";
import type { Recorder, RecordingSince } from "./recorder";
import { useRecordings } from "../store";

interface Props<Piece> {
  readonly recorder: Recorder<Piece>;
  readonly recording: RecordingSince;
}

export function RecordButton<Piece>({ recorder, recording }: Props<Piece>) {
  const [seconds, setSeconds] = useState(0);
  const [, recordings] = useRecordings();
  useEffect(() => {
    if (recording === null) return undefined;
    const timer = setInterval(() => setSeconds((performance.now() - recording) / 1000), 200);
    return () => {
      clearInterval(timer);
      setSeconds(0);
    };
  }, [recording]);
  return (
    <>
      <button
        type="button"
        className={recording === null ? "button" : "button preview-recording"}
        onClick={recording === null ? recorder.start : recorder.stop}
      >
        {recording === null ? <Circle aria-hidden="true" /> : <Square aria-hidden="true" />}
        {recording === null ? "Record" : "Stop recording"}
      </button>
      {recording !== null && (
        <span className="small muted num" aria-hidden="true">
          {seconds.toFixed(1)} s
        </span>
      )}
      <span className="visually-hidden" role="status">
        {recording !== null ? "Recording" : recordings.length > 0 ? `Saved as ${recordings.at(-1)?.label ?? ""}` : ""}
      </span>
    </>
  );
}
