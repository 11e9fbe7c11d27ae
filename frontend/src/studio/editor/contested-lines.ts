// Under a line that two people wrote at the same time: who wrote what, and one press to take either.
import { StateEffect, StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet } from "@codemirror/view";
import type * as Y from "yjs";
import {
  CONTESTED_LINES,
  contestedIn,
  editFor,
  linesOf,
  placeOf,
  wordsOf,
  type ContestedLines,
} from "../document/lines/conflicts";
import { OUTSIDE_EDIT } from "../document/files/files";
import { FILE_OF_EDIT, type ProjectUndo } from "../document/files/project-undo";
import "../styles/contested-lines.css";

export interface ContestedSetup {
  readonly text: Y.Text;
  readonly undo: ProjectUndo;
  /** Says a sentence to the person. */
  readonly say: (sentence: string) => void;
}

type Choose = (lines: ContestedLines, which: "use" | "keep") => void;

class ContestedWidget extends WidgetType {
  constructor(
    private readonly lines: ContestedLines,
    private readonly readOnly: boolean,
    private readonly choose: Choose,
  ) {
    super();
  }

  override eq(other: ContestedWidget): boolean {
    return other.lines.id === this.lines.id && other.readOnly === this.readOnly;
  }

  override toDOM(view: EditorView): HTMLElement {
    const { sentence, use, keep } = wordsOf(this.lines);
    const box = document.createElement("div");
    box.className = "contested-lines";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", sentence);
    const words = document.createElement("span");
    words.textContent = sentence;
    box.append(words);
    if (this.readOnly) return box;
    for (const [which, label] of [
      ["use", use],
      ["keep", keep],
    ] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = label;
      button.addEventListener("click", () => {
        this.choose(this.lines, which);
        view.focus();
      });
      box.append(button);
    }
    return box;
  }
}

interface ShownLines {
  readonly lines: readonly ContestedLines[];
  readonly widgets: DecorationSet;
}

const setContested = StateEffect.define<readonly ContestedLines[]>();

function shownIn(state: EditorState, lines: readonly ContestedLines[], choose: Choose): ShownLines {
  if (lines.length === 0) return { lines, widgets: Decoration.none };
  const texts = linesOf(state.doc.toString());
  const widgets = lines.flatMap((each): Range<Decoration>[] => {
    const place = placeOf(each, texts);
    if (place === null) return [];
    const line = state.doc.line(Math.min(Math.max(1, place + each.current.length), state.doc.lines));
    const widget = new ContestedWidget(each, state.readOnly, choose);
    return [Decoration.widget({ widget, block: true, side: 1 }).range(line.to)];
  });
  return { lines, widgets: Decoration.set(widgets, true) };
}

function fileOf(text: Y.Text): string {
  for (const [id, value] of text.doc?.getMap("files").entries() ?? [])
    if ((value as Y.Map<unknown>).get?.("text") === text) return id;
  return "";
}

export function contestedLines({ text, undo, say }: ContestedSetup): Extension {
  const { doc } = text;
  if (doc === null) return [];
  const file = fileOf(text);
  const map = doc.getMap(CONTESTED_LINES);
  const choose: Choose = (lines, which) => {
    const edit = which === "use" ? editFor(lines, text.toJSON()) : null;
    undo.stopCapturing();
    doc.transact(({ meta }) => {
      meta.set(FILE_OF_EDIT, file);
      if (edit !== null) {
        text.delete(edit.from, edit.length);
        text.insert(edit.from, edit.insert);
      }
      map.delete(lines.id);
    }, OUTSIDE_EDIT);
    undo.stopCapturing();
  };
  const field = StateField.define<ShownLines>({
    create: (state) => shownIn(state, contestedIn(doc, file), choose),
    update(shownLines, { effects, docChanged, startState, state }) {
      const effect = effects.find((each) => each.is(setContested));
      if (effect !== undefined) return shownIn(state, effect.value, choose);
      return docChanged || startState.readOnly !== state.readOnly
        ? shownIn(state, shownLines.lines, choose)
        : shownLines;
    },
    provide: (self) => EditorView.decorations.from(self, ({ widgets }) => widgets),
  });
  const following = ViewPlugin.define((view) => {
    const follow = (): void => {
      const knownIds = new Set(view.state.field(field).lines.map(({ id }) => id));
      const lines = contestedIn(doc, file);
      view.dispatch({ effects: setContested.of(lines) });
      for (const each of lines) if (!knownIds.has(each.id)) say(wordsOf(each).sentence);
    };
    map.observe(follow);
    return { destroy: () => map.unobserve(follow) };
  });
  return [field, following];
}
