// The requests of a phone that records. Knows addresses and what refusals mean, keeps nothing.
import type { Fetch } from "../../../api/request";
import { csrfToken } from "../../phone/runes/client";

/** The request for recordings, its terms, and the recordings that were sent: as the server says it. */
export interface Task {
  readonly project: string;
  /** In whose name it records. */
  readonly person: string;
  readonly kind: "sound" | "picture" | "motion";
  readonly label: string;
  /** The labels of the project's data. */
  readonly labels: readonly string[];
  readonly milliseconds: number;
  /** In Hz, or in rows a second. */
  readonly rate: number;
  readonly wanted: number;
  readonly hint: string;
  readonly terms: {
    readonly who: string;
    readonly uses: string;
    readonly until: string;
    /** A guest's promise; "" for somebody with an account. */
    readonly promise: string;
    readonly text: string;
  };
  /** Uses that the person may tick, beside those that the link needs. */
  readonly choices: readonly { readonly purpose: string; readonly label: string; readonly is_chosen: boolean }[];
  /** True if it is somebody outside, whose recordings wait until a member accepts them. */
  readonly is_guest: boolean;
  /** Where a guest sees and deletes what they sent; "" for others. */
  readonly receipt: string;
  /** The labels that the page shows as tabs, with how many recordings each has; empty: one label, after a countdown. */
  readonly tabs: readonly LabelTab[];
  /** Both screens show them, so that a person sees that it is their phone. */
  readonly digits: string;
  readonly has_agreed: boolean;
  readonly sent: number;
  /** When this phone's access ends, as ISO 8601. */
  readonly ends: string;
}

export interface LabelTab {
  readonly label: string;
  readonly count: number;
  readonly is_background: boolean;
}

/** `consent`: agree again; `known`: the server has the same bytes; `refused`: these bytes are not taken; `later`: try
 * again; `code`: the link needs its code; `no-access`: this phone may not record any longer. */
export type CollectTrouble = "offline" | "no-access" | "code" | "consent" | "known" | "refused" | "later";

/** `message` is for a person. */
export class CollectProblem extends Error {
  constructor(
    readonly trouble: CollectTrouble,
    message: string,
  ) {
    super(message);
    this.name = "CollectProblem";
  }
}

/** A recording as it is sent. */
export interface OutgoingRecording {
  readonly bytes: ArrayBuffer;
  readonly type: string;
  readonly label: string;
  readonly device: string;
}

const CONSENT = "Agree to the terms again";
const CODE = "Type the code";
const KNOWN = "This sample already exists";

export class CollectClient {
  constructor(
    readonly base: string,
    readonly send: Fetch = (input, init) => globalThis.fetch(input, init),
    readonly cookies: () => string = () => document.cookie,
  ) {}

  /** `purposes` are the uses that the person ticked: the terms follow from them. */
  async state(purposes: readonly string[] = []): Promise<Task> {
    const query = purposes.length === 0 ? "" : `?${new URLSearchParams({ purposes: purposes.join(",") })}`;
    return (await (await this.#request(`state${query}`)).json()) as Task;
  }

  async enter(token: string, code = ""): Promise<Task> {
    return this.#write("enter", { token, code });
  }

  async agree(text: string, purposes: readonly string[]): Promise<Task> {
    return this.#write("agree", { text, purposes });
  }

  async leave(): Promise<void> {
    await this.#request("leave", { method: "POST", headers: this.#headers("application/json"), body: "{}" });
  }

  async add({ bytes, type, label, device }: OutgoingRecording): Promise<void> {
    const query = new URLSearchParams({ label, device });
    await this.#request(`recordings?${query}`, { method: "POST", headers: this.#headers(type), body: bytes });
  }

  async #write(what: string, body: object): Promise<Task> {
    const headers = this.#headers("application/json");
    const response = await this.#request(what, { method: "POST", headers, body: JSON.stringify(body) });
    return (await response.json()) as Task;
  }

  #headers(type: string): Record<string, string> {
    return { "Content-Type": type, "X-CSRFToken": csrfToken(this.cookies()) };
  }

  async #request(what: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.send(`${this.base}/${what}`, { credentials: "same-origin", ...init }).catch(() => {
      throw new CollectProblem("offline", "The server cannot be reached.");
    });
    if (response.ok) return response;
    const body = (await response.json().catch(() => null)) as { title?: unknown; detail?: unknown } | null;
    const fallback = `The server answered with an error (${response.status}). Try again in a moment.`;
    const message = typeof body?.detail === "string" ? body.detail : fallback;
    throw new CollectProblem(troubleOf(response.status, body?.title), message);
  }
}

function troubleOf(status: number, title: unknown): CollectTrouble {
  if (status === 401 || status === 404) return "no-access";
  if (title === CODE) return "code";
  if (title === CONSENT) return "consent";
  if (title === KNOWN) return "known";
  // The quota of an organisation is full, the server is busy or failed: these bytes may be taken later.
  return status === 403 || status === 429 || status >= 500 ? "later" : "refused";
}
