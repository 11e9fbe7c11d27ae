// What the graph asks of the language and what it answers: the JSON of docs/reference/language.md. Shapes only.
import type { OutlineNode, TextEdit } from "../../api/schema";

type StageKind = OutlineNode["kind"];

export interface Port {
  readonly stage: string;
  readonly index: number;
}

export interface InputPort {
  /** A model's own name of it. */
  readonly name: string | null;
  readonly source: Port | null;
  readonly type: string | null;
}

export interface StagePorts {
  readonly name: string;
  readonly kind: StageKind;
  readonly target: string;
  /** The target by which the palette knows what this is. */
  readonly item: string | null;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly (string | null)[];
  /** Whether the types of the outputs are written in the text. */
  readonly declared: boolean;
}

export interface PortsAnswer {
  /** In what form the text is; the old one, "text", is read-only. */
  readonly form: string;
  readonly stages: readonly StagePorts[];
}

/** A type as the language takes it. */
export interface TensorType {
  readonly type: string;
  readonly dimensions: readonly number[];
}

export type ArgumentValue = number | string;

export interface ArgumentField {
  readonly name: string;
  readonly kind: "integer" | "float" | "text" | "long-text" | "choice" | "switch";
  readonly help: string;
  readonly required: boolean;
  readonly default: ArgumentValue | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly step: number | null;
  readonly choices: readonly string[];
}

/** An argument of a stage that is there: null is left out. */
export interface StageArgument extends ArgumentField {
  readonly value: ArgumentValue | null;
  readonly resource: string | null;
  readonly text: string | null;
}

export interface PaletteItem {
  readonly kind: StageKind;
  readonly target: string;
  readonly title: string;
  readonly help: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[] | null;
  readonly outputs: readonly string[] | null;
}

export interface PaletteAnswer {
  readonly capabilities: readonly PaletteItem[];
  readonly blocks: readonly PaletteItem[];
  readonly models: readonly PaletteItem[];
  readonly outputs: readonly PaletteItem[];
  readonly resources: readonly string[];
  readonly text_files: readonly string[];
  readonly element_types: readonly string[];
}

export interface Fit extends Port {
  readonly reason: string | null;
}

export interface Source extends Port {
  readonly type: string | null;
  readonly reason: string | null;
}

export interface Suit {
  readonly kind: StageKind;
  readonly target: string;
  readonly reason: string | null;
}

export type OneEdit =
  | {
      readonly edit: "add-stage";
      readonly kind: StageKind;
      readonly target: string;
      readonly name?: string;
      readonly inputs?: readonly Port[];
      readonly arguments?: Readonly<Record<string, ArgumentValue>>;
      readonly feeds?: Port | null;
    }
  | { readonly edit: "remove-stage"; readonly name: string }
  | { readonly edit: "rename-stage"; readonly name: string; readonly to: string }
  | {
      readonly edit: "connect";
      readonly source: Port;
      readonly target: string;
      readonly target_index?: number;
      readonly replace?: boolean;
    }
  | { readonly edit: "disconnect"; readonly target: string; readonly target_index: number }
  | {
      readonly edit: "set-argument";
      readonly stage: string;
      readonly name: string;
      readonly value: ArgumentValue | null;
      readonly value_is?: "value" | "text" | "file";
    }
  | { readonly edit: "set-target"; readonly stage: string; readonly target: string }
  | { readonly edit: "set-outputs"; readonly stage: string; readonly types: readonly TensorType[] | null };

export type GraphEdit = OneEdit | { readonly edit: "several"; readonly edits: readonly OneEdit[] };

export interface EditAnswer {
  readonly edits: readonly TextEdit[];
  /** The name of a stage that is added. */
  readonly stage: string | null;
}

/** The tensors that are shown in the preview. */
export interface Watching {
  readonly isWatched: (port: Port) => boolean;
  readonly toggle: (port: Port) => void;
}
