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
  recorded: StoredRecording | null,
  loaded: LoadedRune | null,
  recordings: RecordingStore,
): Replay {
  const [replay, setReplay] = useState(NOTHING);
  const [done, setDone] = useState<StoredRecording | null>(null);
  useEffect(() => {
    if (recorded === null || loaded === null || done === recorded) return undefined;
    const place = loaded.capabilities.findIndex((request) => recordingOf(request) === recorded.kind);
    const request = loaded.capabilities[place];
    let wanted = true;
    const read = async (): Promise<Content> => {
      if (request === undefined)
        throw new Error(`This app reads no ${recorded.kind}, so the recording cannot be played.`);
      return contentOfFile(recorded, request);
    };
    const settle = (result: Replay): void => {
      setDone(recorded);
      setReplay(result);
    };
    read().then(
      (content) => {
        if (!wanted) return;
        recordings.add(content, recorded.label);
        settle({ place, problem: null });
      },
      (error: unknown) => {
        if (!wanted) return;
        const problem = error instanceof Error ? error.message : String(error);
        settle({ place: null, problem });
      },
    );
    return () => {
      wanted = false;
    };
  }, [recorded, loaded, recordings, done]);
  return replay;
}
