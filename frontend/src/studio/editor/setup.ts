// One editor over one shared text: keys, history, language, look. The history is the file's, which outlives the editor.
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { Compartment, EditorState, type Extension, type StateCommand } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  rectangularSelection,
  type KeyBinding,
  type ViewUpdate,
} from "@codemirror/view";
import { yCollab } from "y-codemirror.next";
import type * as Y from "yjs";
import type { ProjectUndo } from "../document/files/project-undo";
import type { Presence } from "../document/sync/presence";
import { limitEditSize } from "./edit-limit";
import { caretInView } from "./caret-in-view";
import { carets } from "./carets";
import { lineEnds } from "./line-ends";
import { afterFix, problemSupport, type EditOtherFiles } from "./problems/problems";
import { theme } from "./theme";
import { wholeCharacters } from "./whole-characters";

export const syntaxPart = new Compartment();
export const readOnlyPart = new Compartment();
export const languagePart = new Compartment();
/** The extensions that help with writing, once they are here: before all other keys. */
export const deferredPart = new Compartment();
/** The gutter's signs beside a text while somebody wants them. */
export const gutterPart = new Compartment();

/** Tab gives spaces, since YAML knows no tabs: to the next stop, or a step deeper for the lines that are selected. */
const insertSpaces: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  if (!state.selection.main.empty) return indentMore({ state, dispatch });
  const head = state.selection.main.head;
  const step = state.facet(indentUnit).length;
  const column = head - state.doc.lineAt(head).from;
  dispatch(
    state.update(state.replaceSelection(" ".repeat(step - (column % step))), {
      scrollIntoView: true,
      userEvent: "input",
    }),
  );
  return true;
};

export interface EditorSetup {
  readonly text: Y.Text;
  /** The id of the file that has the text. */
  readonly file: string;
  readonly undo: ProjectUndo;
  readonly presence: Presence;
  readonly readOnly: boolean;
  /** The page's content security policy admits the editor's styles by this. */
  readonly nonce: string;
  readonly name: string;
  readonly onEditOtherFiles: EditOtherFiles;
  /** Says a sentence to the person. */
  readonly say: (sentence: string) => void;
  readonly onUpdate: (update: ViewUpdate) => void;
}

/** The keys of the undo of a file; they are taken also where there is nothing to undo. */
function undoKeys(undo: ProjectUndo, file: string): readonly KeyBinding[] {
  const onUndo = (): boolean => undo.undoIn(file) !== null || true;
  const onRedo = (): boolean => undo.redoIn(file) !== null || true;
  return [
    { key: "Mod-z", run: onUndo, preventDefault: true },
    { key: "Mod-y", mac: "Mod-Shift-z", run: onRedo, preventDefault: true },
    { key: "Mod-Shift-z", run: onRedo, preventDefault: true },
  ];
}

export function readOnlyAs(readOnly: boolean): Extension {
  return EditorState.readOnly.of(readOnly);
}

export function extensions({
  text,
  file,
  undo,
  presence,
  readOnly,
  nonce,
  name,
  onEditOtherFiles,
  say,
  onUpdate,
}: EditorSetup): Extension {
  return [
    // Yjs counts a carriage return as a character, so the editor must too, or every later place is off by one.
    EditorState.lineSeparator.of("\n"),
    limitEditSize(say),
    wholeCharacters(),
    caretInView(),
    nonce === "" ? [] : EditorView.cspNonce.of(nonce),
    yCollab(text, null, { undoManager: undo }),
    carets(presence, text),
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lineEnds(),
    drawSelection(),
    bracketMatching(),
    EditorState.allowMultipleSelections.of(true),
    rectangularSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(4),
    syntaxPart.of([]),
    readOnlyPart.of(readOnlyAs(readOnly)),
    languagePart.of([]),
    deferredPart.of([]),
    gutterPart.of([]),
    afterFix.of(() => undo.stopCapturing()),
    problemSupport(onEditOtherFiles),
    // Tab types; Escape and then Tab leaves the editor, as the platform's own text fields do not trap the keyboard.
    keymap.of([{ key: "Tab", run: insertSpaces, shift: indentLess }, ...undoKeys(undo, file), ...defaultKeymap]),
    EditorView.contentAttributes.of({
      "aria-label": name,
      "aria-description": "Escape and then Tab leaves the text.",
      tabindex: "0",
      spellcheck: "false",
      autocapitalize: "off",
      autocorrect: "off",
    }),
    EditorView.updateListener.of(onUpdate),
    theme,
  ];
}
