// Says which dialog is open, of which there is one at most. What each asks, and what its answer does, is in Dialogs.tsx.
import type { Build, OutlineWire } from "../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Recording } from "../../preview";
import type { Destination } from "./destination";
import type { FileDialogRequest } from "./files/dialog-request";
import type { NamedFile } from "../session/uploads/incoming-files";
import type { SharedBlock } from "../session/blocks/shared-blocks";

export type DialogRequest =
  | { readonly what: "files"; readonly request: FileDialogRequest }
  | { readonly what: "save-version" }
  | { readonly what: "rune"; readonly files: readonly File[] }
  | { readonly what: "share" }
  | { readonly what: "targets" }
  | { readonly what: "publish"; readonly build: Build }
  | { readonly what: "palette"; readonly start: string }
  | { readonly what: "choose"; readonly title: string; readonly choices: readonly Destination[] }
  | { readonly what: "rename-name"; readonly name: string; readonly rename: (name: string) => Promise<string | null> }
  | {
      readonly what: "save-recording";
      readonly recording: Recording;
      readonly labels: readonly string[];
      /** The rune's answer to it, where it has no label yet. */
      readonly prediction: string | null;
      /** The rune's answer, which was wrong. */
      readonly wrongAnswer?: string;
    }
  | {
      readonly what: "import-samples";
      readonly labels: readonly string[];
      /** The dropped files; null to ask for them. */
      readonly dropping: Promise<readonly NamedFile[]> | null;
    }
  /** The conflicts of a change request, by its id. */
  | { readonly what: "resolve"; readonly id: string }
  /** `at` is the wire that it is put into, unless another is chosen. */
  | { readonly what: "new-block"; readonly at: Pick<OutlineWire, "source" | "source_index"> | null }
  /** `path` is the file of a block of the project's own. */
  | { readonly what: "publish-block"; readonly path: string }
  | {
      readonly what: "block-version";
      readonly block: SharedBlock;
      readonly from: string;
      readonly to: string;
      readonly adopt: (() => Promise<unknown>) | null;
    }
  | { readonly what: "shortcuts" }
  /** Drawn by the preview, whose phones it is about. */
  | {
      readonly what: "phone";
      /** The public key of this page, where the phone is to be its sensor. */
      readonly studioKey?: string;
    };

export class DialogStore {
  private readonly store = createStore<DialogRequest | null>(() => null);
  readonly state: Omit<StoreApi<DialogRequest | null>, "setState"> = this.store;

  readonly open = (request: DialogRequest): void => this.store.setState(request, true);

  readonly openForFiles = (request: FileDialogRequest): void => this.open({ what: "files", request });

  readonly close = (): void => this.store.setState(null, true);
}
