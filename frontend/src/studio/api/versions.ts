// The JSON of versions and their comparison, as this page reads it. Shapes only.
import type { BuildState, ModelMemory, ModelTensor, OutlineNode, OutlineWire, Person, Quantisation } from "./types";

export interface Version {
  readonly number: number;
  readonly digest: string;
  readonly created: string;
  readonly author: Person | null;
  /** "" when nobody said anything. */
  readonly message: string;
  readonly saved_by: Person | null;
  readonly saved_at: string | null;
  /** How many files it has. */
  readonly files: number;
  readonly builds: readonly {
    readonly id: string;
    readonly number: number;
    readonly state: BuildState;
    readonly url: string;
  }[];
  readonly tags: readonly string[];
}

export interface VersionPage {
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Version[];
}

export interface FileState {
  readonly digest: string;
  readonly size: number;
}

export interface FileChange {
  readonly change: "added" | "removed" | "changed" | "renamed";
  /** Its path on the later side, or the one that it had when it is gone. */
  readonly path: string;
  /** Its path on the earlier side; null for one that is new. */
  readonly was: string | null;
  readonly before: FileState | null;
  readonly after: FileState | null;
  /** Whether its contents differ: a file may only be renamed. */
  readonly changed: boolean;
}

export type Change = "added" | "removed" | "changed" | "same";

export interface StageChange extends OutlineNode {
  readonly change: Change;
  /** What it was, where it is something else now. */
  readonly was: string | null;
}

export interface WireChange extends OutlineWire {
  readonly change: Change;
}

export interface ModelFacts {
  readonly refusal?: string;
  readonly size: number;
  readonly weights_size: number;
  readonly parameters: number;
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly operators: readonly { readonly op: string; readonly count: number; readonly types: string }[];
  readonly quantisation: Quantisation;
  readonly memory: ModelMemory;
}

export interface ModelChange {
  readonly path: string;
  readonly before: ModelFacts | null;
  readonly after: ModelFacts | null;
  readonly said: readonly string[];
}

/** What differs between two moments of the project. */
export interface Comparison {
  readonly files: readonly FileChange[];
  readonly pipeline: {
    readonly stages: readonly StageChange[];
    readonly wires: readonly WireChange[];
    readonly said: readonly string[];
    readonly broken: { readonly before: boolean; readonly after: boolean };
  } | null;
  readonly models: readonly ModelChange[];
  /** All of it in sentences. */
  readonly said: readonly string[];
}

export interface Author extends Person {
  readonly id: string;
}

/** Who wrote what. */
export interface Authors {
  /** By Yjs client; a client that nobody vouches for is not in it. */
  readonly people: Readonly<Record<string, Author>>;
  /** For each line of the text that was asked for, the version that first had it; null for none yet. */
  readonly lines: readonly (number | null)[];
  readonly versions: Readonly<
    Record<string, { readonly created: string; readonly author: Author | null; readonly message: string }>
  >;
}
