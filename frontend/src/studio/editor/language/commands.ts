// The commands on a Runefile by name: go to where a name stands, rename it everywhere, format the text.
import type { Extension } from "@codemirror/state";
import { EditorView, keymap, type Command } from "@codemirror/view";
import {
  LanguageRefusal,
  type EditsAnswer,
  type LanguageAction,
  type LanguageRequest,
  type Location,
} from "../../../language";
import { editorLanguage, type EditorLanguage } from "./requests";

/** Ask, and say in words when there is no answer. */
function askOrSay<Answer>(from: EditorLanguage, request: LanguageRequest): Promise<Answer | null> {
  return orSay(from, from.ask<Answer>({ file: from.file, ...request }));
}

async function orSay<Answer>(from: EditorLanguage, answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    from.say(
      error instanceof LanguageRefusal
        ? error.message
        : "The language service is not responding. Try again in a moment.",
    );
    return null;
  }
}

function of(view: EditorView): EditorLanguage | null {
  return view.state.facet(editorLanguage);
}

/** Go to where the name at a position is defined. */
export async function goToDefinition(view: EditorView, position: number): Promise<void> {
  const from = of(view);
  if (from === null) return;
  const answer = await askOrSay<{ locations: readonly Location[] }>(from, { ask: "definition", offset: position });
  const place = answer?.locations[0];
  if (place === undefined) from.say("Nothing is defined under this name.");
  else from.go(place.file, place.span.start.line, place.span.start.column);
}

export async function referencesAt(view: EditorView): Promise<readonly Location[]> {
  const from = of(view);
  const answer =
    from === null
      ? null
      : await askOrSay<{ locations: readonly Location[] }>(from, {
          ask: "references",
          offset: view.state.selection.main.head,
        });
  return answer?.locations ?? [];
}

/** The name at the cursor that can be changed, or null. */
export async function nameAt(view: EditorView): Promise<string | null> {
  const from = of(view);
  const answer =
    from === null
      ? null
      : await askOrSay<{ readonly name: string } | null>(from, {
          ask: "prepare-rename",
          offset: view.state.selection.main.head,
        });
  if (from !== null && answer === null) from.say("Put the cursor on the name of a stage or of a resource.");
  return answer?.name ?? null;
}

/** Rename what stands at the cursor, everywhere. Answers why not, or null when it is done. */
export async function renameAt(view: EditorView, name: string): Promise<string | null> {
  const from = of(view);
  if (from === null) return "This file is not a Runefile.";
  try {
    // Where others type, the cursor stays at its name.
    await from.edit(() =>
      from.ask<EditsAnswer>({ file: from.file, ask: "rename", offset: view.state.selection.main.head, name }),
    );
    return null;
  } catch (error) {
    return error instanceof LanguageRefusal ? error.message : "The language service is not responding.";
  }
}

/** Format the text, or fill in output types. */
export async function rewrite(view: EditorView, how: "format" | "infer"): Promise<void> {
  const from = of(view);
  if (from === null || view.state.readOnly) return;
  const answer = await orSay(
    from,
    from.edit(() => from.ask<EditsAnswer>({ file: from.file, ask: how })),
  );
  if (answer?.edits.length === 0)
    from.say(how === "format" ? `${from.file} is formatted already.` : "All types that can be derived are filled in.");
}

export async function actionsAt(view: EditorView): Promise<readonly LanguageAction[]> {
  const from = of(view);
  const { from: start, to: end } = view.state.selection.main;
  const answer =
    from === null ? null : await askOrSay<{ actions: readonly LanguageAction[] }>(from, { ask: "actions", start, end });
  return answer?.actions ?? [];
}

const definition: Command = (view) => {
  if (of(view) === null) return false;
  void goToDefinition(view, view.state.selection.main.head);
  return true;
};

const byClick = EditorView.domEventHandlers({
  mousedown(event, view) {
    if (!(event.ctrlKey || event.metaKey) || event.button !== 0 || of(view) === null) return false;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (position === null) return false;
    event.preventDefault();
    void goToDefinition(view, position);
    return true;
  },
});

const format: Command = (view) => {
  if (of(view) === null) return false;
  void rewrite(view, "format");
  return true;
};

export const languageCommands: Extension = [
  byClick,
  keymap.of([
    { key: "F12", run: definition },
    { key: "Shift-Alt-f", run: format },
  ]),
];
