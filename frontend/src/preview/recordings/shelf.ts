// Where a page keeps its recordings over a reload. The studio gives one; other pages keep theirs in memory alone.
import type { Recording } from "./capture/recording";

export interface RecordingShelf {
  /** The recordings that an earlier load of this tab kept, oldest first. */
  readonly read: () => Promise<readonly Recording[]>;
  /** Rejects where the browser has no room, or stores nothing for this page. */
  readonly put: (recording: Recording) => Promise<void>;
  readonly remove: (id: number) => Promise<void>;
}
