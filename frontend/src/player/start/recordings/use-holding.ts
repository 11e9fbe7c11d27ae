// Holding to record: one label at a time, by pointer, by a key, or by pressing twice.
import { useCallback, useEffect, useRef, useState } from "react";
import { csvOf } from "../../../preview/phone";
import { deviceName } from "../../collect/recorders/device";
import { problemText } from "../server";
import type { StartStore } from "../store";
import { BACKGROUND_SECONDS, piecesOf, RATE, wavBlob } from "./files";
import { SensorRecorder, type SensorKind } from "./sensor-recorder";

/** Seconds of a hold that is taken for a slip. */
const SHORTEST = 0.2;
/** Seconds after which a hold ends by itself. */
const LONGEST = 60;
/** Seconds that "Listen" records background. */
export const LISTEN_SECONDS = 120;

export interface Holding {
  readonly recorder: SensorRecorder | null;
  /** The label that is recorded now. */
  readonly label: string | null;
  /** Whether the sensor is not open yet. */
  readonly isOpening: boolean;
  readonly start: (label: string) => void;
  readonly stop: () => void;
  /** Seconds that are left of listening to the background; null while nobody listens. */
  readonly secondsLeft: number | null;
  readonly listen: () => void;
}

export function useHolding(store: StartStore): Holding {
  const { settings } = store;
  const [recorder] = useState(() => (settings.kind === "table" ? null : new SensorRecorder(settings.kind)));
  const [label, setLabel] = useState<string | null>(null);
  const [isOpening, setOpening] = useState(false);
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const hold = useRef<{ label: string; isOpen: boolean } | null>(null);
  const limit = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const listening = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  useEffect(
    () => () => {
      clearInterval(listening.current);
      recorder?.close();
    },
    [recorder],
  );

  const stop = useCallback((): void => {
    const current = hold.current;
    hold.current = null;
    clearTimeout(limit.current);
    clearInterval(listening.current);
    setSecondsLeft(null);
    setLabel(null);
    if (recorder === null || current?.isOpen !== true) return;
    void keep(store, recorder, current.label);
  }, [recorder, store]);

  const start = useCallback(
    (name: string, seconds: number = LONGEST): void => {
      if (recorder === null || hold.current !== null) return;
      const unavailable = recorder.unavailable();
      if (unavailable !== null) {
        store.say(unavailable);
        return;
      }
      store.say(null);
      const current = { label: name, isOpen: false };
      hold.current = current;
      setLabel(name);
      setOpening(true);
      const onLost = (reason: string): void => {
        stop();
        store.say(reason);
      };
      recorder.open(onLost).then(
        () => {
          setOpening(false);
          if (hold.current !== current) return;
          current.isOpen = true;
          recorder.begin();
          limit.current = setTimeout(stop, seconds * 1000);
        },
        (error: unknown) => {
          setOpening(false);
          if (hold.current === current) stop();
          store.say(problemText(error));
        },
      );
    },
    [recorder, stop, store],
  );

  const listen = useCallback((): void => {
    if (recorder === null || hold.current !== null) return;
    start(settings.background, LISTEN_SECONDS);
    const end = performance.now() + LISTEN_SECONDS * 1000;
    setSecondsLeft(LISTEN_SECONDS);
    let samples = new Float32Array();
    listening.current = setInterval(() => {
      setSecondsLeft(Math.max(0, Math.round((end - performance.now()) / 1000)));
      if (hold.current?.isOpen !== true) return;
      // Parts are saved as they come, so that an early stop loses none.
      samples = appended(samples, recorder.take());
      const length = BACKGROUND_SECONDS * RATE;
      while (samples.length >= length) {
        void store.add([wavBlob(samples.slice(0, length))], settings.background, device(recorder.kind));
        samples = samples.slice(length);
      }
    }, 1000);
  }, [recorder, settings.background, start, store]);

  return { recorder, label, isOpening, start, stop, secondsLeft, listen };
}

async function keep(store: StartStore, recorder: SensorRecorder, label: string): Promise<void> {
  const { background } = store.settings;
  const content = await recorder.end();
  const files = ((): readonly Blob[] => {
    switch (content.kind) {
      case "picture":
        return content.pictures;
      case "motion":
        return content.rows.length === 0 ? [] : [new Blob([csvOf(content.rows)], { type: "text/csv" })];
      case "sound":
        if (content.samples.length < SHORTEST * RATE) return [];
        return piecesOf(content.samples, label === background).map(wavBlob);
    }
  })();
  if (files.length === 0) {
    store.say(
      content.kind === "sound" && content.samples.length >= SHORTEST * RATE
        ? "Too quiet: nothing was heard. Move closer, or make it louder, and hold again."
        : "Nothing was recorded. Hold the button for as long as it lasts, then let go.",
    );
    return;
  }
  await store.add(files, label, device(recorder.kind));
}

function device(kind: SensorKind): string {
  return deviceName(navigator.userAgent, { kind, rate: kind === "sound" ? RATE : 50 });
}

function appended(before: Float32Array<ArrayBuffer>, more: Float32Array): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(before.length + more.length);
  samples.set(before);
  samples.set(more, before.length);
  return samples;
}
