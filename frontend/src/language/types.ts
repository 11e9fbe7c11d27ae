// The requests to the language and its answers: the JSON of rune/editing/language/service.py, described in
// docs/reference/language.md. The answers are those of the API. A request says whether its offsets count UTF-16 units,
// as JavaScript's texts do, or characters.
export type {
  CheckAnswer,
  CompleteAnswer,
  CompletionItem,
  EditsAnswer,
  FileUse,
  FileUsesAnswer,
  HoverAnswer,
  LanguageAction,
  LanguageLocation as Location,
  LanguageToken,
} from "../api/schema";

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
