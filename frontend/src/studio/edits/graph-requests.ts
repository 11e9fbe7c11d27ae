// The requests of the graph to the language and the answers: the JSON of docs/reference/language.md. Shapes only.
import type { OutlineNode, Port } from "../../api/schema";
import type { TensorType } from "../../blocks";

export type {
  ArgumentField,
  EditGraphAnswer as EditAnswer,
  PortFit,
  FitSource as Source,
  InputPort,
  PaletteAnswer,
  PaletteItem,
  Port,
  PortsAnswer,
  StageArgument,
  StagePorts,
  Suit,
} from "../../api/schema";

type StageKind = OutlineNode["kind"];

export type ArgumentValue = number | string;

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
  | { readonly edit: "remove-stage"; readonly name: string; readonly join?: boolean }
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
