// The messages between the page and its language worker.

/** The first message: where Pyodide and the packed language are. Ends with a slash. */
export interface StartMessage {
  readonly start: string;
}

export interface AskMessage {
  readonly id: number;
  /** A request as JSON text: that costs least between Python and a page. */
  readonly request: string;
}

export type ToWorker = StartMessage | AskMessage;

export type FromWorker =
  | { readonly ready: true; readonly milliseconds: number }
  | { readonly failed: string }
  | { readonly id: number; readonly reply: string };
