// The large button: held it records until it is let go; tapped, until the next tap. Keys and screen readers press it too.
import { useRef, type KeyboardEvent } from "react";
import type { SensorKind } from "../../start/recordings/sensor-recorder";
import { stopPlaying } from "../play";
import type { HoldRecording } from "./use-hold";

interface Props {
  readonly kind: SensorKind;
  readonly hold: HoldRecording;
}

const SENSORS: Readonly<Record<SensorKind, string>> = {
  sound: "microphone",
  picture: "camera",
  motion: "motion sensor",
};
const isPressKey = ({ key }: KeyboardEvent): boolean => key === " " || key === "Enter";

export function HoldButton({ kind, hold }: Props) {
  const { state, isReady, isOpening } = hold;
  // A pointer or a key was there: the click that follows says nothing new. A screen reader gives the click alone.
  const wasPressed = useRef(false);
  const press = (): void => {
    wasPressed.current = true;
    stopPlaying();
    hold.press();
  };
  if (!isReady)
    return (
      <button type="button" className="button hold-button" disabled={isOpening} onClick={hold.open}>
        {isOpening ? "Starting…" : `Turn on the ${SENSORS[kind]}`}
      </button>
    );
  return (
    <>
      <button
        type="button"
        className={state === "idle" ? "button hold-button" : "button hold-button recording"}
        aria-pressed={state !== "idle"}
        aria-describedby="hold-help"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          press();
        }}
        onPointerUp={hold.release}
        onPointerCancel={hold.stop}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isPressKey(event)) return;
          event.preventDefault();
          if (!event.repeat) press();
        }}
        onKeyUp={(event) => {
          if (!isPressKey(event)) return;
          event.preventDefault();
          hold.release();
          wasPressed.current = false;
        }}
        onBlur={hold.stop}
        onClick={() => {
          if (!wasPressed.current) {
            hold.press();
            hold.release();
          }
          wasPressed.current = false;
        }}
      >
        {state === "held"
          ? "Recording: let go to stop"
          : state === "tapped"
            ? "Recording: tap to stop"
            : "Hold to record"}
      </button>
      <small id="hold-help" className="muted hold-help">
        or tap to begin, and tap again to stop
      </small>
    </>
  );
}
