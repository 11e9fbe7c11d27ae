// The player's requests. Knows addresses and what refusals mean, keeps nothing.
import type { Fetch } from "../../../api/request";
import type { PlayerState } from "./types";

export type PlayerTrouble = "offline" | "no-access" | "not-found" | "failed";

/** `message` is for a person. */
export class PlayerProblem extends Error {
  constructor(
    readonly trouble: PlayerTrouble,
    message: string,
  ) {
    super(message);
    this.name = "PlayerProblem";
  }
}

export class PlayerClient {
  readonly #base: string;
  readonly #fetch: Fetch;
  readonly #cookies: () => string;

  constructor(
    base: string,
    fetch: Fetch = (input, init) => globalThis.fetch(input, init),
    cookies: () => string = () => document.cookie,
  ) {
    this.#base = base;
    this.#fetch = fetch;
    this.#cookies = cookies;
  }

  async state(): Promise<PlayerState> {
    return (await (await this.#send(`${this.#base}/state`)).json()) as PlayerState;
  }

  /** Changes the token of a scanned code for this phone's pass. */
  async enter(token: string): Promise<void> {
    // Without the cookie of the CSRF token, which a kept page did not bring, the server gives one with any answer.
    if (csrfToken(this.#cookies()) === "") await this.#fetch("/player/", { cache: "reload" }).catch(() => undefined);
    await this.#write("enter", { token });
  }

  async leave(): Promise<void> {
    await this.#write("leave", {});
  }

  async #write(what: string, body: object): Promise<void> {
    await this.#send(`${this.#base}/${what}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(this.#cookies()) },
    });
  }

  async #send(address: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(address, { credentials: "same-origin", ...init }).catch(() => {
      throw new PlayerProblem("offline", "The server cannot be reached. Check the connection and try again.");
    });
    if (response.ok) return response;
    const detail = await detailOf(response);
    if (response.status === 401 || response.status === 403) throw new PlayerProblem("no-access", detail);
    if (response.status === 404) throw new PlayerProblem("not-found", detail);
    throw new PlayerProblem("failed", detail);
  }
}

export function csrfToken(cookies: string): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? "";
}

async function detailOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { detail?: unknown } | null;
  const fallback = `The server answered with an error (${response.status}). Try again in a moment.`;
  return typeof body?.detail === "string" ? body.detail : fallback;
}
