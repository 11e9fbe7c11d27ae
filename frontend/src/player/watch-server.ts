// Requests for a rune that shows more of itself than the plain one, and the wait until it is built. None has a recording.
import { followEvents } from "../api/follow-events";
import { address } from "../api/request";
import type { PreviewBuild, Watch } from "../api/schema";
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../declared/closing";

export class WatchServer {
  readonly #events: string;
  readonly #token: string;

  /** `events`: the address of the project's events; `token`: that of the page, against forged requests. */
  constructor(events: string, token: string) {
    this.#events = events;
    this.#token = token;
  }

  /** The build of a watch, once it is there. Rejects with an Error whose message is for a person. */
  built(newWatch: Watch, path: { readonly organisation: string; readonly name: string }): Promise<PreviewBuild> {
    const watch = "/api/v1/projects/{organisation}/{name}/preview/watch/{watch_id}";
    const url = address("get", watch, { path: { ...path, watch_id: newWatch.id } });
    return new Promise((resolve, reject) => {
      let isSettled = false;
      let stop = (): void => undefined;
      const settle = (state: Watch): void => {
        if (isSettled || state.state === "building" || state.state === "checking") return;
        isSettled = true;
        stop();
        if (state.state === "ready" && state.build !== null) resolve(state.build);
        else reject(new Error(state.error ?? "The rune could not be built. Try again."));
      };
      const read = (): void => {
        if (!isSettled) void this.#get<Watch>(url).then(settle, () => undefined);
      };
      settle(newWatch);
      if (isSettled) return;
      stop = followEvents(this.#events, {
        onEvent: (type) => {
          if (type === "preview.watched") read();
        },
        onAway: read,
        refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
        onRefused: () => reject(new Error("You are signed out, or have no access any more. Reload the page.")),
      });
    });
  }

  async send<T>(url: string, body: object): Promise<T> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#token, Accept: "application/json" };
    return answerOf<T>(await reachServer(fetch(url, { method: "POST", headers, body: JSON.stringify(body) })));
  }

  async #get<T>(url: string): Promise<T> {
    return answerOf<T>(
      await reachServer(fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } })),
    );
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
