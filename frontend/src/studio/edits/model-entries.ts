// The entries of `models` in forge.yml, read and edited by the language: the requests of docs/reference/language.md. An
// edit changes the text, which is the truth, as one step of the undo.
import type { EditsAnswer, ModelEntriesAnswer, ModelEntry } from "../../api/schema";
import { POLICY_FILE } from "../document/files/runefile";
import type { Workspace } from "../session/workspace";
import { EditQueue, reasonOf, type EditedWorkspace } from "./edit-queue";

export type { ModelEntriesAnswer, ModelEntry };

/** The keys with one text as their value. */
export type TextKey = "source" | "quantize" | "interface" | "samples" | "calibration";
export type EntryKey = TextKey | "keep" | "shapes";

export type ModelEdit =
  | {
      readonly edit: "add-model";
      readonly path: string;
      readonly source: string;
      readonly quantize: string | null;
      readonly interface: string | null;
    }
  | { readonly edit: "remove-model"; readonly path: string }
  | { readonly edit: "rename-model"; readonly path: string; readonly to: string }
  | {
      readonly edit: "set-model";
      readonly path: string;
      readonly key: TextKey | "keep";
      readonly value: string | readonly string[] | null;
    };

export type EntriesWorkspace = EditedWorkspace & { readonly language: Pick<Workspace["language"], "ask"> };

export class ModelEntries {
  private readonly queue: EditQueue;

  constructor(private readonly workspace: EntriesWorkspace) {
    this.queue = new EditQueue(workspace);
  }

  read(): Promise<ModelEntriesAnswer> {
    return this.workspace.language.ask<ModelEntriesAnswer>({ ask: "models", file: POLICY_FILE });
  }

  /** Makes an edit. Answers "" when it is made, else why it is not. */
  async edit(edit: ModelEdit): Promise<string> {
    try {
      await this.queue.run(
        () => this.workspace.language.ask<EditsAnswer>({ ask: "edit-model", file: POLICY_FILE, edit }),
        "alone",
      );
      return "";
    } catch (error) {
      return reasonOf(error);
    }
  }
}
