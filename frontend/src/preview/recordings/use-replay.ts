// A recording that the page was opened for becomes a recording, as soon as there is a rune that reads such input.
import { useEffect, useState } from "react";
import { recordingOf, type LoadedRune } from "../../runtime";
import { contentOfFile, type StoredRecording } from "./capture/decode";
import type { RecordingStore } from "./store";
import type { Content } from "./capture/recording";

export interface Replay {
  /** The place of the capability that is given the recording; null while there is none. */
  readonly place: number | null;
  /** Why it cannot be played, for a person. */
  readonly problem: string | null;
}

const NOTHING: Replay = { place: null, problem: null };

export function useReplay(
  recording: StoredRecording | null,
  loadedRune: LoadedRune | null,
  recordings: RecordingStore,
): Replay {
  const [replay, setReplay] = useState(NOTHING);
  const [lastReplay, setLastReplay] = useState<StoredRecording | null>(null);
  useEffect(() => {
    if (recording === null || loadedRune === null || lastReplay === recording) return undefined;
    const place = loadedRune.capabilities.findIndex((request) => recordingOf(request) === recording.kind);
    const request = loadedRune.capabilities[place];
    let isCurrent = true;
    const read = async (): Promise<Content> => {
      if (request === undefined)
        throw new Error(`This app reads no ${recording.kind}, so the recording cannot be played.`);
      return contentOfFile(recording, request);
    };
    const settle = (result: Replay): void => {
      setLastReplay(recording);
      setReplay(result);
    };
    read().then(
      (content) => {
        if (!isCurrent) return;
        recordings.addSample(content, recording.label, recording.page);
        settle({ place, problem: null });
      },
      (error: unknown) => {
        if (!isCurrent) return;
        const problem = error instanceof Error ? error.message : String(error);
        settle({ place: null, problem });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [recording, loadedRune, recordings, lastReplay]);
  return replay;
}
