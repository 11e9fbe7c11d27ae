// A pipeline as it is drawn: stages, and wires from what gives to what reads. Shapes only.

export interface Stage {
  readonly name: string;
  readonly kind: "capability" | "block" | "model" | "output";
  /** The stage's kind: a proc-block's name, a model's file. */
  readonly detail: string;
  /** The change of the stage since an earlier pipeline; in the picture a frame. `both` sides of a merge changed it. */
  readonly mark?: "added" | "changed" | "removed" | "both" | "same" | "";
  /** The same in words, in a line of its own. */
  readonly note?: string;
  /** The state that a proc-block keeps from one run to the next; left out where it keeps none. */
  readonly state?: readonly { readonly name: string; readonly help: string; readonly gap: string }[];
  /** The text that is drawn in place of its name, where it stands for several stages. */
  readonly title?: string;
}

export interface Wire {
  readonly source: string;
  readonly source_index: number;
  readonly target: string;
  readonly target_index: number;
  /** The tensor that flows; null while it is unknown. */
  readonly type: string | null;
  readonly mark?: Stage["mark"];
}

export interface Pipeline {
  readonly nodes: readonly Stage[];
  readonly wires: readonly Wire[];
}
