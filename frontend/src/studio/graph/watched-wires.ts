// Says which wires of the pipeline are shown in the preview.
import type { Port } from "../edits/graph-requests";

/** The tensors that are shown in the preview. */
export interface WatchedWires {
  readonly isWatched: (port: Port) => boolean;
  readonly toggle: (port: Port) => void;
}
