// How an open editor reaches the language: by one function, which is there while its file is the Runefile or forge.yml.
import { Facet } from "@codemirror/state";
import type { EditsAnswer, LanguageRequest } from "../../../language";

export interface EditorLanguage {
  readonly ask: <Answer>(request: LanguageRequest) => Promise<Answer>;
  /** The path under which the language knows the file. */
  readonly file: string;
  /** Apply the edits of an answer, in any file, as one step of the undo. Asked again when the text changed meanwhile. */
  readonly edit: (ask: () => Promise<EditsAnswer>) => Promise<EditsAnswer>;
  /** Open a file at a place of which line and column count from 1. */
  readonly go: (file: string, line: number, column: number) => void;
  /** Show something that went wrong. */
  readonly say: (sentence: string) => void;
}

/** The newest wins; null for a file that the language does not understand. */
export const editorLanguage = Facet.define<EditorLanguage | null, EditorLanguage | null>({
  combine: (values) => values[0] ?? null,
});

/** An answer, or null when there is none: what helps one to write must not get in the way. */
export async function quietly<Answer>(from: EditorLanguage, request: LanguageRequest): Promise<Answer | null> {
  try {
    return await from.ask<Answer>({ file: from.file, ...request });
  } catch {
    return null;
  }
}
