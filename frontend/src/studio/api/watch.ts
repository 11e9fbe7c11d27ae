// The JSON of watched previews, as this page reads it. Shapes only.
import type { PreviewBuild } from "./types";

/** What flows out of a stage, by the number of its output. */
export interface Wire {
  readonly stage: string;
  readonly index: number;
}

/** A fix of the newest text, which the server finds again: of which diagnostic of that code, and which of its fixes. */
export interface NamedFix {
  readonly code: string;
  readonly place: number;
  readonly choice: number;
}

/** Another rune of the text than the plain one: it says when each stage ends, or has a fix in it. */
export type Wish = { readonly timed: true } | { readonly fix: NamedFix };

export interface WatchAnswer {
  readonly id: string;
  readonly wires: readonly Wire[];
  readonly state: "building" | "ready" | "broken" | "failed" | "checking";
  readonly error: string | null;
  readonly build: PreviewBuild | null;
}
