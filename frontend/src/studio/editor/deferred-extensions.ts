// Extensions that help with writing and are fetched once the text stands: brackets in pairs, search, the card of a
// problem, and in a Runefile or forge.yml completion, hover cards, folds, and colours by meaning over those of YAML.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { completing } from "./language/completion";
import { hovering } from "./language/hovering";
import { contestedLines, type ContestedSetup } from "./contested-lines";
import { lineValues } from "./line-values";
import { structure } from "./language/structure";
import { problemCards } from "./problems/card";
import type { EditOtherFiles } from "./problems/problems";
import "../styles/language.css";

export function deferredExtensions(
  isUnderstood: boolean,
  onEditOtherFiles: EditOtherFiles,
  setup: ContestedSetup,
): Extension {
  return [
    contestedLines(setup),
    problemCards(onEditOtherFiles),
    closeBrackets(),
    highlightSelectionMatches(),
    keymap.of([...closeBracketsKeymap, ...searchKeymap]),
    isUnderstood ? [completing, hovering, structure, lineValues] : [],
  ];
}
