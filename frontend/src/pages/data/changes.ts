// Labels that are sent, and taken back. A change names the revision at which its samples were read.
import { address, type ResponseJson, type Body } from "../../api/request";
import { post } from "../post";

const MARKS = "/api/v1/projects/{organisation}/{name}/data/samples/marks";
const PARTS = "/api/v1/projects/{organisation}/{name}/data/samples/{number}/parts";
const DELETIONS = "/api/v1/projects/{organisation}/{name}/data/samples/deletions";
export type LabelledPart = Body<"post", typeof PARTS>["parts"][number];
type Marks = Body<"post", typeof MARKS>;
export type Mark = Marks["changes"][number];
type MarksAnswer = ResponseJson<"post", typeof MARKS>;

/** Changes in one request. */
const AT_ONCE = 5000;
const REMEMBERED = 50;

/** The outcome of a change. `alone`: nobody else changed anything since the samples were read. */
export type Outcome =
  | { readonly done: true; readonly revision: number; readonly alone: boolean; readonly before: readonly Mark[] }
  | { readonly done: false; readonly detail: string };

export type Send = (body: Marks) => Promise<MarksAnswer | string>;

/** Sends the changes of one page, one after another, and remembers how to take them back. */
export class Changes {
  readonly #undo: (readonly Mark[])[] = [];

  constructor(readonly send: Send) {}

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  async apply(changes: readonly Mark[], revision: number): Promise<Outcome> {
    const outcome = await this.#send(changes, revision);
    if (outcome.done) this.#undo.push(outcome.before);
    if (this.#undo.length > REMEMBERED) this.#undo.shift();
    return outcome;
  }

  /** Makes parts of a sample samples of their own. */
  async cut(request: () => Promise<MarksAnswer | string>, revision: number): Promise<Outcome> {
    const answer = await request();
    if (typeof answer === "string") return { done: false, detail: answer };
    this.#undo.push(answer.before);
    return { done: true, revision: answer.revision, alone: answer.revision === revision + 1, before: answer.before };
  }

  /** Takes the last change back that is not taken back yet. One that is refused can be tried again. */
  async undo(revision: number): Promise<Outcome> {
    const last = this.#undo.at(-1);
    if (last === undefined) return { done: false, detail: "There is nothing to undo." };
    const outcome = await this.#send(last, revision);
    if (outcome.done) this.#undo.pop();
    return outcome;
  }

  async #send(changes: readonly Mark[], first: number): Promise<Outcome> {
    const before: Mark[] = [];
    let revision = first;
    let alone = true;
    for (let start = 0; start < changes.length; start += AT_ONCE) {
      const answer = await this.send({ revision, changes: changes.slice(start, start + AT_ONCE) });
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
  return (body) => post<MarksAnswer>(address("post", MARKS, { path: project }), body);
}

/** Sends the parts of a sample that become samples. */
export function sendParts(
  project: ProjectName,
  number: number,
  parts: readonly LabelledPart[],
  revision: number,
): Promise<MarksAnswer | string> {
  return post<MarksAnswer>(address("post", PARTS, { path: { ...project, number } }), { revision, parts });
}

/** Deletes samples, also while the page ends. Answers the sentence of a refusal, or null. */
export async function sendDeletion(
  project: ProjectName,
  numbers: readonly number[],
  isLeaving: boolean,
): Promise<string | null> {
  for (let start = 0; start < numbers.length; start += AT_ONCE) {
    const body = { numbers: numbers.slice(start, start + AT_ONCE) };
    const answer = await post<object>(address("post", DELETIONS, { path: project }), body, isLeaving);
    if (typeof answer === "string") return answer;
  }
  return null;
}
