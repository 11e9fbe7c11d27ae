// Labels that are sent, and taken back. A change names the revision at which its samples were read.
import { address, type Answer, type Body } from "../../api/request";

const MARKS = "/api/v1/projects/{organisation}/{name}/data/samples/marks";
type Marks = Body<"post", typeof MARKS>;
export type Mark = Marks["changes"][number];
type Marked = Answer<"post", typeof MARKS>;

/** Changes in one request. */
const AT_ONCE = 5000;
const REMEMBERED = 50;

/** What came of a change. `alone`: nobody else changed anything since the samples were read. */
export type Outcome =
  | { readonly done: true; readonly revision: number; readonly alone: boolean; readonly before: readonly Mark[] }
  | { readonly done: false; readonly detail: string };

export type Send = (body: Marks) => Promise<Marked | string>;

/** Sends the changes of one page, one after another, and remembers how to take them back. */
export class Changes {
  readonly #undo: (readonly Mark[])[] = [];

  constructor(readonly send: Send) {}

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  async apply(changes: readonly Mark[], seen: number): Promise<Outcome> {
    const outcome = await this.#send(changes, seen);
    if (outcome.done) this.#undo.push(outcome.before);
    if (this.#undo.length > REMEMBERED) this.#undo.shift();
    return outcome;
  }

  /** Takes the last change back that is not taken back yet. One that is refused can be tried again. */
  async undo(seen: number): Promise<Outcome> {
    const last = this.#undo.at(-1);
    if (last === undefined) return { done: false, detail: "There is nothing to undo." };
    const outcome = await this.#send(last, seen);
    if (outcome.done) this.#undo.pop();
    return outcome;
  }

  async #send(changes: readonly Mark[], seen: number): Promise<Outcome> {
    const before: Mark[] = [];
    let revision = seen;
    let alone = true;
    for (let start = 0; start < changes.length; start += AT_ONCE) {
      const answer = await this.send({ seen: revision, changes: changes.slice(start, start + AT_ONCE) });
      if (typeof answer === "string") {
        // The parts that were done stay, and can be taken back.
        if (before.length > 0) this.#undo.push(before);
        return { done: false, detail: answer };
      }
      alone &&= answer.revision === revision + 1;
      revision = answer.revision;
      before.push(...answer.before);
    }
    return { done: true, revision, alone, before };
  }
}

export interface ProjectName {
  readonly organisation: string;
  readonly name: string;
}

/** Sends changes to the API of a project's data. Answers the sentence of a refusal. */
export function sender(project: ProjectName): Send {
  return async (body) => {
    const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const response = await fetch(address("post", MARKS, { path: project }), {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    }).catch(() => null);
    if (response === null) return "The server cannot be reached. Nothing was changed.";
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer as Marked;
    const isProblem = typeof answer === "object" && answer !== null && "detail" in answer;
    return isProblem && typeof answer.detail === "string" ? answer.detail : "The server refused the change.";
  };
}
