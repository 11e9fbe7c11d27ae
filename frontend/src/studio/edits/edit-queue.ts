// Edits that the language makes to the text, one after the other. An answer is about a text; when that changed meanwhile the
// question is asked again, so that no edit falls on other words.
import type { TextEdit } from "../../api/schema";
import { LanguageRefusal } from "../../language";
import { sentenceOf } from "../api/problem";
import type { EditStep, Workspace } from "../session/workspace";

/** How often an edit is asked for again while others type. */
const TRIES = 6;

/** The part of the files whose texts are compared. */
export type ReadFiles = Pick<Workspace["files"], "list" | "text">;

/** The part of the workspace that this uses, so that a test can pass another. */
export type EditedWorkspace = Pick<Workspace, "edit" | "checking"> & {
  readonly files: Pick<Workspace["files"], "list" | "text" | "undo">;
};

interface Edits {
  readonly edits: readonly TextEdit[];
}

export class EditQueue {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly workspace: EditedWorkspace) {}

  /** Makes the edits of an answer and returns it. Rejects with an error whose sentence is for a person (`reasonOf`). */
  run<Answer extends Edits>(ask: () => Promise<Answer>, step: EditStep): Promise<Answer> {
    const result = this.last.then(() => this.apply(ask, step));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async apply<Answer extends Edits>(ask: () => Promise<Answer>, step: EditStep): Promise<Answer> {
    const answer = await makeCurrent(this.workspace.files, ask, ({ edits }) => {
      if (edits.length > 0) this.workspace.edit(edits, step);
    });
    this.workspace.checking.touch(0);
    return answer;
  }
}

/** Asks until the answer is about the texts as they stand, makes its edits by `make` at once, and returns it. */
export async function makeCurrent<Answer extends Edits>(
  files: ReadFiles,
  ask: () => Promise<Answer>,
  make: (answer: Answer) => void,
): Promise<Answer> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = textsOf(files);
    const answer = await ask();
    if (!areCurrent(answer.edits, before, textsOf(files))) continue;
    make(answer);
    return answer;
  }
  throw new LanguageRefusal("text-changes", "The text is being changed. Try again.");
}

/** The texts by their paths, to be compared later. */
export function textsOf(files: ReadFiles): ReadonlyMap<string, string> {
  return new Map(
    files
      .list()
      .flatMap(({ id, path, kind }) => (kind === "text" ? [[path, files.text(id)?.toJSON() ?? ""] as const] : [])),
  );
}

/** Whether no text that the edits change is another than it was. */
export function areCurrent(
  edits: readonly TextEdit[],
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): boolean {
  return edits.every(({ file }) => before.get(file) === now.get(file));
}

/** Why an edit was not made. */
export function reasonOf(error: unknown): string {
  return error instanceof LanguageRefusal ? error.message : sentenceOf(error);
}
