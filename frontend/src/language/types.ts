// What is asked of the language and what it answers: the JSON of rune/language/service.py, described in
// docs/reference/language.md. Problems, edits and outlines are those of the API. A request says whether its offsets count
// UTF-16 units, as JavaScript's texts do, or characters.
import type { Diagnostic, Outline, Span, TextEdit } from "../api/schema";

export interface CheckAnswer {
  readonly runefile: string;
  readonly form: string;
  readonly has_errors: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly outline: Outline;
}

export interface CompletionItem {
  readonly label: string;
  readonly kind: string;
  readonly insert: string;
  readonly is_snippet: boolean;
  readonly detail: string;
  readonly documentation: string;
}

export interface CompleteAnswer {
  readonly span: Span;
  readonly items: readonly CompletionItem[];
}

export interface HoverAnswer {
  readonly span: Span;
  /** Markdown. */
  readonly text: string;
}

export interface Location {
  readonly file: string;
  readonly span: Span;
}

export interface EditsAnswer {
  readonly edits: readonly TextEdit[];
}

/** A file of the project that the Runefile names, and the stage or the resource that does. */
export interface FileUse extends Location {
  readonly path: string;
  readonly by: string;
  readonly kind: "stage" | "resource";
}

export interface FileUsesAnswer {
  readonly uses: readonly FileUse[];
}

export interface LanguageAction {
  readonly title: string;
  readonly kind: string;
  readonly code: string | null;
  readonly edits: readonly TextEdit[];
}

export interface LanguageToken {
  readonly kind: string;
  readonly span: Span;
  readonly is_definition: boolean;
}

/** A file as the language knows it: a text, or what is known of one that is not sent. */
export type KnownFile =
  | { readonly text: string }
  | {
      readonly size: number;
      readonly model?: { readonly signature: unknown; readonly description?: unknown } | { readonly refusal: string };
    };

/** One request. Which further keys there are depends on `ask`. */
export interface LanguageRequest {
  readonly ask: string;
  readonly [key: string]: unknown;
}

export type LanguageReply =
  { readonly answer: unknown } | { readonly error: { readonly name: string; readonly message: string } };

/** An answer that could not be given; `message` says why, as a sentence. */
export class LanguageRefusal extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
