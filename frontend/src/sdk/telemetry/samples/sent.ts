// The answers of a person to requests, and the secrets that take back what was sent. They are stored for the page's origin
// and nowhere else: without storage nothing is offered, since nothing could be taken back.

/** The answer to one request: the secret of what was sent, or null of a no, and of what was taken back. */
export interface StoredAnswer {
  readonly secret: string | null;
  /** The address at which it is taken back. */
  readonly takeBack: string;
}

export type StoredAnswers = Readonly<Record<string, StoredAnswer>>;

/** The name under which the answers for a deployment's address are stored. `counting.ts` looks whether there are some. */
const nameOf = (source: string): string => `hammer-forge samples ${source}`;

/** The answers by the ids of their requests; null where the browser stores nothing for this page. */
export function storedAnswers(source: string): StoredAnswers | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(nameOf(source)) ?? "{}");
    return typeof value === "object" ? (value as StoredAnswers) : {};
  } catch (error) {
    return error instanceof SyntaxError ? {} : null;
  }
}

/** Stores an answer. Returns false where it could not be stored. */
export function storeAnswer(source: string, request: string, answer: StoredAnswer): boolean {
  const answers = storedAnswers(source);
  if (answers === null) return false;
  try {
    localStorage.setItem(nameOf(source), JSON.stringify({ ...answers, [request]: answer }));
    return true;
  } catch {
    return false;
  }
}

/** The answers of which something was sent. */
export function sentAnswers(source: string): [request: string, answer: StoredAnswer & { readonly secret: string }][] {
  return Object.entries(storedAnswers(source) ?? {}).flatMap(([request, { secret, takeBack }]) =>
    secret === null ? [] : [[request, { secret, takeBack }]],
  );
}
