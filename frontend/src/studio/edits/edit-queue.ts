// Edits that the language makes to the text, one after the other. An answer is about a text; when that changed meanwhile the
// question is asked again, so that no edit falls on other words.
import type { TextEdit } from "../../api/schema";
import { LanguageRefusal } from "../../language";
import { sentenceOf } from "../api/problem";
import type { EditStep, Workspace } from "../session/workspace";

/** How often an edit is asked for again while others type. */
const TRIES = 6;

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
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = this.texts();
      const answer = await ask();
      const now = this.texts();
      if (answer.edits.some(({ file }) => before.get(file) !== now.get(file))) continue;
      if (answer.edits.length > 0) this.workspace.edit(answer.edits, step);
      this.workspace.checking.touch(0);
      return answer;
    }
    throw new Error("The text is being changed. Try again.");
  }

  private texts(): ReadonlyMap<string, string> {
    return new Map(
      this.workspace.files
        .list()
        .flatMap(({ id, path, kind }) =>
          kind === "text" ? [[path, this.workspace.files.text(id)?.toJSON() ?? ""] as const] : [],
        ),
    );
  }
}

/** Why an edit was not made. */
export function reasonOf(error: unknown): string {
  return error instanceof LanguageRefusal ? error.message : sentenceOf(error);
}
