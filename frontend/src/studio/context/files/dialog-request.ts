// The questions about files that the page asks before it does something.
import type { FileUse } from "../../../language";
import type { LineChange } from "../../document/lines/changes";
import type { FileEtags, FileTarget } from "./actions";
import type { NamedFile } from "../../../look/files/incoming-files";

export type FileDialogRequest =
  | { readonly what: "create-file"; readonly folder: string }
  | { readonly what: "rename-file"; readonly target: FileTarget }
  | { readonly what: "move-file"; readonly target: FileTarget }
  | {
      readonly what: "rename-used";
      readonly target: FileTarget;
      readonly to: string;
      readonly changes: readonly LineChange[];
    }
  | { readonly what: "remove-used"; readonly target: FileTarget; readonly uses: readonly FileUse[] }
  | {
      readonly what: "upload";
      readonly incoming: readonly NamedFile[];
      readonly folder: string | null;
      readonly etags: FileEtags;
    }
  | { readonly what: "archive"; readonly file: File; readonly folder: string }
  | { readonly what: "deleted-files" };
