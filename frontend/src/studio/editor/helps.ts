// What helps with writing and is fetched once the text stands: brackets in pairs, search, and completion in a Runefile.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { completing } from "./language/completion";

export function helps(isRunefile: boolean): Extension {
  return [closeBrackets(), highlightSelectionMatches(), keymap.of([...closeBracketsKeymap, ...searchKeymap]), isRunefile ? completing : []];
}
