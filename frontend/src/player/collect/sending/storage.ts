// Where recordings are kept on a phone until they are sent: IndexedDB, by link.
import { createStore, del, entries, set } from "idb-keyval";
import type { OutgoingRecording } from "./client";

/** The drawing of a recording: bars of a sound, lines of motion, or the picture itself. */
export type Face =
  | { readonly kind: "sound"; readonly peaks: readonly number[] }
  | { readonly kind: "motion"; readonly axes: readonly (readonly number[])[] }
  | { readonly kind: "picture" };

export interface SavedRecording extends OutgoingRecording {
  readonly key: string;
  readonly face: Face;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Whether its person pressed Send. */
  readonly isToSend: boolean;
}

export interface RecordingStorage {
  /** In the order in which they were made. */
  readonly all: () => Promise<readonly SavedRecording[]>;
  readonly put: (recording: SavedRecording) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

/** The recordings of one link. */
export function browserStorage(link: string): RecordingStorage {
  const store = createStore(`collecting-${link}`, "recordings");
  return {
    all: async () => {
      const rows = await entries<string, SavedRecording>(store);
      return rows.map(([, recording]) => recording).sort((one, other) => one.recordedAt - other.recordedAt);
    },
    put: (recording) => set(recording.key, recording, store),
    remove: (key) => del(key, store),
  };
}
