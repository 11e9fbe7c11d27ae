// The JSON of watched previews, as this page reads it. Shapes only.
import type { PreviewBuild } from "./types";

/** What flows out of a stage, by the number of its output. */
export interface Wire {
  readonly stage: string;
  readonly index: number;
}

export interface WatchAnswer {
  readonly id: string;
  readonly wires: readonly Wire[];
  readonly state: "building" | "ready" | "broken" | "failed" | "checking";
  readonly error: string | null;
  readonly build: PreviewBuild | null;
}
