// The recording of the moment: its time, its drawing, and how loud it is, in a bar and in words.
import { Mic } from "lucide-react";
import type { SensorKind } from "../../start/recordings/sensor-recorder";
import { FULL, QUIET } from "../recorders/take";
import { BARS, levelOfPeak } from "./level";
import type { HoldRecording } from "./use-hold";

interface Props {
  readonly kind: SensorKind;
  readonly hold: HoldRecording;
}

const [WIDTH, HEIGHT] = [320, 84];
const PEAKS_OF_A_SECOND = 40;
const OFF: Readonly<Record<SensorKind, string>> = {
  sound: "The microphone is off.",
  picture: "The camera is off.",
  motion: "The motion sensor is off.",
};

export function RecordingCard({ kind, hold }: Props) {
  const { isReady, state, moment } = hold;
  const isRecording = state !== "idle";
  return (
    <section className="card stack hold-card" aria-label="Recording">
      <div className="row between">
        <b className={isRecording ? "row hold-now" : "muted"} role="status">
          {isRecording && <i aria-hidden="true" />}
          {isRecording ? "Recording" : isReady ? "Ready" : OFF[kind]}
        </b>
        <span className="num">
          {kind === "picture" ? (
            isRecording && <b>{moment.pictures} taken</b>
          ) : (
            <>
              <b>{moment.seconds.toFixed(1)}</b>{" "}
              <span className="muted">{kind === "sound" ? "of 1 s or longer" : "s"}</span>
            </>
          )}
        </span>
      </div>
      {kind === "picture" && (
        <video
          ref={(video) => hold.recorder.attach(video)}
          className="collect-video"
          hidden={!isReady}
          muted
          playsInline
          aria-label="What the camera sees"
        />
      )}
      {kind === "sound" && <Wave peaks={moment.peaks} />}
      {kind === "sound" && <LevelMeter peak={isRecording ? moment.level : 0} isRecording={isRecording} />}
    </section>
  );
}

function Wave({ peaks }: { readonly peaks: readonly number[] }) {
  const places = Math.max(PEAKS_OF_A_SECOND, peaks.length);
  const step = WIDTH / places;
  const path = peaks
    .map((peak, index) => {
      const height = Math.max(1, (peak / 100) * (HEIGHT / 2 - 2));
      return `M${(step * (index + 0.5)).toFixed(1)} ${(HEIGHT / 2 - height).toFixed(1)}v${(2 * height).toFixed(1)}`;
    })
    .join("");
  return (
    <svg className="hold-wave" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line x1={step * peaks.length} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      <path d={path} />
    </svg>
  );
}

function LevelMeter({ peak, isRecording }: { readonly peak: number; readonly isRecording: boolean }) {
  const { lit, decibels, text } = levelOfPeak(peak);
  const tone = peak < QUIET ? "quiet" : peak >= FULL ? "loud" : "good";
  return (
    <div className={`hold-level ${tone}`}>
      <Mic aria-hidden="true" className="icon" />
      <div
        className="collect-bars"
        role="meter"
        aria-label="Level"
        aria-valuemin={-60}
        aria-valuemax={0}
        aria-valuenow={decibels}
        aria-valuetext={isRecording ? text : "not recording"}
      >
        {Array.from({ length: BARS }, (_, index) => (
          <i key={index} className={index < lit ? (tone === "loud" ? "full" : "lit") : ""} />
        ))}
      </div>
      <span className="hold-level-text">{isRecording ? text : ""}</span>
    </div>
  );
}
