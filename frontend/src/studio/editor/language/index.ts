// Everything that the language does in the editor of a Runefile.
import type { Extension } from "@codemirror/state";
import { asking, type EditorLanguage } from "./asking";
import { languageCommands } from "./commands";
import { hovering } from "./hovering";
import { structure } from "./structure";

export type { EditorLanguage } from "./asking";
export { actionsAt, goToDefinition, nameAt, referencesAt, renameAt, rewrite } from "./commands";

/** null for a file that is no Runefile. Completion comes with what else is fetched for writing, in ../helps. */
export function languageSupport(from: EditorLanguage | null): Extension {
  return from === null ? [] : [asking.of(from), hovering, structure, languageCommands];
}
