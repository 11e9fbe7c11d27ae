// The JSON that the server speaks, as this page reads it. Shapes only; no rule of a Runefile stands here. Its diagnostics and
// outlines are those of the language, with places that count characters.

import type { Project, VerbOnProject } from "../../api/schema";
import type { Diagnostic, Outline } from "../../language";

export type {
  Diagnostic,
  Fix,
  Outline,
  OutlineNode,
  OutlineWire,
  Position,
  Span,
  StageKind,
  TextEdit,
} from "../../language";

export interface PreviewBuild {
  readonly id: string;
  readonly version: string;
  readonly rune_url: string;
  readonly rune_digest: string;
  readonly size: number;
  /** Bytes that a run needs, as the build laid them out. */
  readonly memory: number;
  readonly created: string;
}

export interface Preview {
  readonly sequence: number;
  readonly state: "checking" | "building" | "ready" | "broken" | "failed";
  readonly diagnostics: readonly Diagnostic[];
  readonly outline: Outline;
  /** Whether the running rune is of this text. */
  readonly current: boolean;
  readonly error: string | null;
  /** The last one that was built, which may be of an older text. */
  readonly build: PreviewBuild | null;
}

export interface Person {
  readonly name: string;
  readonly initials: string;
  readonly colour: number;
}

export type BuildState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "lost";

export interface Report {
  readonly toolchain: string;
  readonly rune: { readonly size: number; readonly digest: string };
  readonly memory: { readonly arena: number; readonly serial: number };
  /** Null where the server could not run it: its host must give a resource, or have another runtime. */
  readonly run?: { readonly milliseconds: number; readonly runs: number } | null;
  /** The rune against the reference interpreter, null where there was nothing to compare; older builds lack it. */
  readonly verify?: { readonly reference: string | null; readonly within: boolean; readonly sentence: string };
}

export interface Build {
  readonly id: string;
  readonly number: number | null;
  readonly state: BuildState;
  readonly attempt: number;
  readonly version: { readonly number: number; readonly digest: string };
  readonly requested_by: Person | null;
  readonly created: string;
  readonly started: string | null;
  readonly finished: string | null;
  readonly report: Report | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly error: string | null;
  /** The build's own page. */
  readonly url: string;
  readonly rune_url: string | null;
}

export interface LogLine {
  readonly step: string;
  readonly text: string;
  readonly milliseconds: number | null;
  readonly level?: string;
}

export interface Tag {
  readonly tag: string;
  readonly build_number: number;
  readonly digest: string;
  readonly created: string;
}

/** A project as its state and its events say it; what one may do stands beside it. */
export type ProjectSummary = Omit<Project, "may">;

export interface Me extends Person {
  readonly id: string;
}

/** The current state: what a client reads before it follows the event log. */
export interface ProjectState {
  readonly sequence: number;
  readonly project: ProjectSummary;
  readonly me: Me;
  readonly may: readonly VerbOnProject[];
  readonly preview: Preview;
  readonly builds: readonly Build[];
  readonly tags: readonly Tag[];
  readonly public_url: string;
  readonly public_url_is_loopback: boolean;
  readonly upload_limit: number;
}

/** What the page is served with: the state and the token that a write must carry. */
export interface PageState extends ProjectState {
  readonly csrf: string;
  /** Where Pyodide and the packed language are, or null where the server answers in their place. */
  readonly language: string | null;
}

export interface ModelTensor {
  readonly name: string;
  readonly type: string | null;
  readonly element_kind: string;
  readonly dimensions: readonly number[];
  readonly scale: number | null;
  readonly zero_point: number | null;
}

/** A model file, described. */
export interface ModelPage {
  readonly version: number;
  readonly description: string;
  readonly size: number;
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly operators: readonly { readonly op: string; readonly count: number; readonly types: string }[];
  readonly weights_size: number;
  readonly parameters: number;
  /** What Anvil lacks; empty when the model can be compiled in. */
  readonly unsupported: readonly { readonly op: string; readonly types: string; readonly count: number }[];
  readonly sentence: string | null;
  /** What goes in and out, in the form in which the language takes it. */
  readonly signature: unknown;
}

/** One operator of a model's drawing. */
export interface Layer {
  readonly op: string;
  readonly types: string;
  /** Where what flows in comes from: the index of a layer, or -1 - n for the model's input n. */
  readonly reads: readonly number[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
  readonly weights_size: number;
  readonly weights: readonly string[];
  readonly quantisation: "per tensor" | "per channel" | "other" | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ModelMemory {
  readonly runs: "compiled" | "host";
  /** Bytes that Anvil lays out for the model with its inputs and outputs; null where the host runs it. */
  readonly arena: number | null;
  readonly constants: number | null;
  /** The most that tensors between operators have at one time. */
  readonly live: number;
}

export interface Quantisation {
  readonly per_tensor: number;
  readonly per_channel: number;
  readonly other: number;
  readonly none: number;
  readonly channels: number;
}

/** What a model's page shows below its numbers. */
export interface ModelDrawing {
  readonly graph: {
    readonly nodes: readonly Layer[];
    readonly inputs: readonly { readonly name: string; readonly shape: string }[];
    readonly outputs: readonly { readonly name: string; readonly shape: string; readonly from: number | null }[];
    readonly complete: boolean;
  };
  readonly quantisation: Quantisation;
  /** null where it takes too long to tell. */
  readonly memory: ModelMemory | null;
}

/** What lets one phone in. */
export interface PhoneLink {
  readonly url: string;
  /** How long it works. */
  readonly seconds: number;
  /** Rows of the QR code; 1 is dark. */
  readonly code: readonly string[];
}
