// What is asked of the language and what it answers: the JSON of rune/language/service.py, described in
// docs/reference/language.md. A request says whether its offsets count UTF-16 units, as JavaScript's texts do, or characters.

/** A place in a text: line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** From `start` up to, and without, `end`. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

export interface TextEdit {
  readonly file: string;
  readonly span: Span;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  /** Whether it may be applied without asking; what is not is a guess, or one of several choices. */
  readonly is_safe: boolean;
  readonly edits: readonly TextEdit[];
}

export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly span: Span;
  readonly notes: readonly string[];
  readonly fixes: readonly Fix[];
}

export type StageKind = "capability" | "block" | "model" | "output";

export interface OutlineNode {
  readonly name: string;
  readonly kind: StageKind;
  readonly detail: string;
  readonly line: number;
  readonly file: string | null;
}

export interface OutlineWire {
  readonly source: string;
  readonly source_index: number;
  readonly target: string;
  readonly target_index: number;
  readonly type: string | null;
}

/** What can be drawn of a Runefile, even of a broken one. */
export interface Outline {
  readonly nodes: readonly OutlineNode[];
  readonly wires: readonly OutlineWire[];
}

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
