// A failed request, in words for a person. A fault of a project is a Diagnostic.

/** A refused or failed request. `message` can be shown as it is. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** The unmet demands of a protected tag, in sentences. */
    readonly missing: readonly string[] = [],
  ) {
    super(detail === "" ? title : detail);
    this.name = "Problem";
  }
}

const UNREACHABLE = new Problem(
  0,
  "The server cannot be reached",
  "The server cannot be reached. Check the connection and try again.",
);

const BY_STATUS: Readonly<Record<number, string>> = {
  401: "You are signed out. Sign in again in another tab, then try again.",
  403: "You need the Developer role for this. Ask an owner of the organisation.",
  404: "This no longer exists, or you have no access to it. Load the page again.",
  413: "The file is larger than this server accepts.",
  429: "Too many requests. Wait a moment and try again.",
};

interface ProblemBody {
  title?: unknown;
  detail?: unknown;
  offset?: unknown;
  missing?: unknown;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Read a problem+json body; any other body (a proxy's page, say) is answered by the status alone. */
export function problemFrom(status: number, body: string): Problem {
  if (status === 0) return UNREACHABLE;
  let fields: ProblemBody = {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) fields = value;
  } catch {
    fields = {};
  }
  let detail = text(fields.detail);
  if (typeof fields.offset === "number" && !/\b(byte|offset)\b/.test(detail))
    detail = `${detail} (at byte ${fields.offset})`;
  const fallback =
    BY_STATUS[status] ??
    `The server answered with an error (${status}). Try again. If it happens again, read the server's log.`;
  const title = text(fields.title);
  const missing = Array.isArray(fields.missing) ? fields.missing.map(text) : [];
  return new Problem(
    status,
    title === "" ? fallback : title,
    detail === "" && title === "" ? fallback : detail,
    missing,
  );
}

/** Any thrown thing as a sentence. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (error instanceof TypeError) return UNREACHABLE.message;
  return error instanceof Error ? error.message : String(error);
}
