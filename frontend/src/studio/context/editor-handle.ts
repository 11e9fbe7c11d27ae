// The acts of the open editor that the rest of the page may use.
import type { Extension, StateEffect } from "@codemirror/state";
import type { LanguageAction, Location } from "../../language";

export interface Cursor {
  readonly line: number;
  readonly column: number;
}

export interface EditorHandle {
  /** Put the cursor at a line and column (from 1) and look at it; the focus goes along unless it shall stay where it is. */
  goTo(line: number, column: number, focus?: boolean): void;
  nextProblem(): void;
  focus(): void;
  /** The line of the cursor, from 1. */
  line(): number;
  /** Show something beside the text, until something else is shown; nothing for an empty list. */
  show(extension: Extension): void;
  /** Hand something to what helps with writing. */
  dispatch(effect: StateEffect<unknown>): void;
  /** The name at the cursor that can be changed everywhere, or null. */
  nameAtCursor(): Promise<string | null>;
  /** Rename it; answers why not, or null when it is done. */
  rename(name: string): Promise<string | null>;
  goToDefinition(): void;
  references(): Promise<readonly Location[]>;
  actions(): Promise<readonly LanguageAction[]>;
  /** Format the text, or fill in output types. */
  rewrite(how: "format" | "infer"): void;
}
