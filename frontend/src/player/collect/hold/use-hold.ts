// Recording while a button is held or after it was tapped: the sensor, the time, and what is heard.
import { useCallback, useEffect, useRef, useState } from "react";
import { RATE } from "../../start/recordings/files";
import { SensorRecorder, type SensorKind } from "../../start/recordings/sensor-recorder";
import type { Take } from "../recorders/take";
import { afterPress, afterRelease, IDLE, type ButtonState } from "./button-state";
import { LiveSound } from "./live-sound";
import { takesOf } from "./takes";

/** Seconds after which a recording ends by itself. */
const LONGEST = 60;

/** The recording of the moment. */
export interface Moment {
  readonly seconds: number;
  readonly peaks: readonly number[];
  readonly level: number;
  readonly pictures: number;
}

export interface HoldRecording {
  readonly recorder: SensorRecorder;
  /** Whether the sensor was opened: browsers ask for it after a tap alone. */
  readonly isReady: boolean;
  readonly isOpening: boolean;
  readonly state: ButtonState["name"];
  readonly moment: Moment;
  readonly problem: string | null;
  readonly open: () => void;
  readonly press: () => void;
  readonly release: () => void;
  /** Ends a recording, also where the button is still held. */
  readonly stop: () => void;
}

const NOTHING: Moment = { seconds: 0, peaks: [], level: 0, pictures: 0 };

/** `onTakes` keeps the takes of one hold, under the label that was chosen as it began. */
export function useHold(
  kind: SensorKind,
  label: { readonly name: string; readonly isBackground: boolean },
  onTakes: (takes: readonly Take[], label: string) => Promise<void>,
): HoldRecording {
  const [live] = useState(() => new LiveSound(RATE));
  const [recorder] = useState(() => new SensorRecorder(kind, live.add));
  const [isReady, setReady] = useState(false);
  const [isOpening, setOpening] = useState(false);
  const [state, setState] = useState<ButtonState["name"]>("idle");
  const [moment, setMoment] = useState(NOTHING);
  const [problem, setProblem] = useState<string | null>(() => recorder.unavailable());
  const button = useRef<ButtonState>(IDLE);
  const current = useRef<{ readonly label: typeof label; readonly begin: number } | null>(null);
  useEffect(() => () => recorder.close(), [recorder]);

  const end = useCallback(async (): Promise<void> => {
    const recording = current.current;
    current.current = null;
    button.current = IDLE;
    setState("idle");
    if (recording === null) return;
    try {
      const takes = await takesOf(await recorder.end(), recording.label.isBackground);
      await onTakes(takes, recording.label.name);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [recorder, onTakes]);
  const stop = useCallback((): void => void end(), [end]);

  const lost = useCallback(
    (reason: string): void => {
      stop();
      setReady(false);
      setProblem(reason);
    },
    [stop],
  );
  const open = useCallback(async (): Promise<boolean> => {
    setProblem(null);
    setOpening(true);
    try {
      await recorder.open(lost);
      setReady(true);
      return true;
    } catch (error) {
      lost(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      setOpening(false);
    }
  }, [recorder, lost]);

  const begin = useCallback(async (): Promise<void> => {
    const isOpen = await open();
    // It was let go before the sensor was there: nothing was recorded.
    if (!isOpen || button.current.name === "idle") return;
    live.clear();
    recorder.begin();
    current.current = { label, begin: performance.now() };
    setMoment(NOTHING);
  }, [open, live, recorder, label]);

  const change = useCallback(
    (next: ButtonState): void => {
      const before = button.current;
      button.current = next;
      setState(next.name);
      if (before.name === "idle" && next.name !== "idle") void begin();
      if (before.name !== "idle" && next.name === "idle") stop();
    },
    [begin, stop],
  );
  const press = useCallback(() => change(afterPress(button.current, performance.now())), [change]);
  const release = useCallback(() => change(afterRelease(button.current, performance.now())), [change]);

  useEffect(() => {
    if (state === "idle") return undefined;
    let frame = 0;
    const show = (): void => {
      const recording = current.current;
      if (recording !== null) {
        const seconds = (performance.now() - recording.begin) / 1000;
        setMoment({ seconds, peaks: live.peaks.slice(), level: live.level, pictures: recorder.pictures });
        if (seconds >= LONGEST) {
          stop();
          return;
        }
      }
      frame = requestAnimationFrame(show);
    };
    frame = requestAnimationFrame(show);
    return () => cancelAnimationFrame(frame);
  }, [state, live, recorder, stop]);
  // A page that nobody sees records nothing.
  useEffect(() => {
    const leave = (): void => {
      if (document.hidden) stop();
    };
    document.addEventListener("visibilitychange", leave);
    return () => document.removeEventListener("visibilitychange", leave);
  }, [stop]);

  return { recorder, isReady, isOpening, state, moment, problem, open: () => void open(), press, release, stop };
}
