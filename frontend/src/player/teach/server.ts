// The requests of Teach to the server: one asks for the rune, and one saves the last layer. None has a recording.
import { address } from "../../api/request";
import { followEvents } from "../../api/follow-events";
import type { TrainingRun, Watch } from "../../api/schema";
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import type { LastLayer } from "./learn";

export interface TeachSettings {
  /** Names what the rune sees. */
  readonly digest: string;
  readonly features: number;
  /** The labels that the rune knows now. */
  readonly labels: readonly string[];
  /** Examples of a label that are needed before it can be saved. */
  readonly examples: number;
  readonly mostExamples: number;
  readonly mostLabels: number;
  readonly longestLabel: number;
}

export interface SavedLabel {
  readonly name: string;
  readonly examples: number;
  readonly recognised: number;
}

export class TeachServer {
  readonly #path: { readonly organisation: string; readonly name: string };
  readonly #events: string;
  readonly #token: string;

  constructor(project: string, events: string, token: string) {
    const [organisation = "", name = ""] = project.split("/");
    this.#path = { organisation, name };
    this.#events = events;
    this.#token = token;
  }

  /** The address of the rune, once it is built. Rejects with an Error whose message is for a person. */
  async rune(): Promise<string> {
    const watch = "/api/v1/projects/{organisation}/{name}/preview/watch";
    const newWatch = await this.#send<Watch>(address("post", watch, { path: this.#path }), { teach: true });
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (state: Watch): void => {
        if (isSettled || state.state === "building" || state.state === "checking") return;
        isSettled = true;
        if (state.state === "ready" && state.build !== null) resolve(state.build.rune_url);
        else reject(new Error(state.error ?? "The rune could not be built. Try again."));
      };
      const read = (): void => {
        const one = `${watch}/{watch_id}` as const;
        void this.#get<Watch>(address("get", one, { path: { ...this.#path, watch_id: newWatch.id } })).then(
          settle,
          () => undefined,
        );
      };
      settle(newWatch);
      if (isSettled) return;
      followEvents(this.#events, {
        onEvent: (type) => {
          if (type === "preview.watched" && !isSettled) read();
        },
        onAway: () => {
          if (!isSettled) read();
        },
        refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
        onRefused: () => reject(new Error("You are signed out, or have no access any more. Reload the page.")),
      });
    });
  }

  /** The address of the run in which it is saved. Rejects with an Error whose message is for a person. */
  async save(digest: string, labels: readonly SavedLabel[], { columns, rows }: LastLayer): Promise<string> {
    const body = {
      digest,
      labels,
      weights: rows.map((row) => [...row.subarray(0, columns)]),
      biases: rows.map((row) => row[columns] ?? 0),
    };
    const place = "/api/v1/projects/{organisation}/{name}/training/teach";
    const run = await this.#send<TrainingRun>(address("post", place, { path: this.#path }), body);
    return `/${this.#path.organisation}/${this.#path.name}/training/${run.number}`;
  }

  async #get<T>(url: string): Promise<T> {
    return answerOf<T>(
      await reachServer(fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } })),
    );
  }

  async #send<T>(url: string, body: object): Promise<T> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#token, Accept: "application/json" };
    return answerOf<T>(await reachServer(fetch(url, { method: "POST", headers, body: JSON.stringify(body) })));
  }
}

async function reachServer(response: Promise<Response>): Promise<Response> {
  try {
    return await response;
  } catch (error) {
    throw new Error("The server cannot be reached. Check the connection and try again.", { cause: error });
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const problem: unknown = await response.json().catch(() => null);
  if (typeof problem === "object" && problem !== null && "detail" in problem && typeof problem.detail === "string")
    throw new Error(problem.detail);
  throw new Error("The server could not answer. Try again.");
}
