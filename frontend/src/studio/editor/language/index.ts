// The language in the editor of a Runefile. Most of it is fetched for writing, in ../helps.
import { codeFolding, foldGutter, foldKeymap } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { editorLanguage, type EditorLanguage } from "./requests";
import { languageCommands } from "./commands";

export type { EditorLanguage } from "./requests";
export { actionsAt, goToDefinition, nameAt, referencesAt, renameAt, rewrite } from "./commands";

/** The column of the folds is there from the start, so that the text does not move when it is known what can be folded. */
const folds: Extension = [codeFolding(), foldGutter({ openText: "⌄", closedText: "›" }), keymap.of(foldKeymap)];

/** null for a file that is no Runefile. */
export function languageSupport(from: EditorLanguage | null): Extension {
  return from === null ? [] : [editorLanguage.of(from), folds, languageCommands];
}
