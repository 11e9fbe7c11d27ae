// What the page asks about files, before it does something.
import type { FileTarget } from "../../panels/files/actions";
import type { Incoming } from "../../session/incoming";

export type FileAsking =
  | { readonly what: "create-file"; readonly folder: string }
  | { readonly what: "rename-file"; readonly target: FileTarget }
  | { readonly what: "move-file"; readonly target: FileTarget }
  | { readonly what: "upload"; readonly incoming: readonly Incoming[]; readonly folder: string | null }
  | { readonly what: "archive"; readonly file: File; readonly folder: string }
  | { readonly what: "deleted-files" };
