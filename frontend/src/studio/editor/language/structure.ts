// Colours and folds of the Runefile, as the language sees it: asked again a moment after the text changed.
import { foldService } from "@codemirror/language";
import { StateEffect, StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import type { LanguageToken } from "../../../language";
import { editorLanguage, quietly } from "./requests";
import { prepareDocumentation } from "./markdown";

/** Milliseconds of calm after which its structure is read again. */
const CALM = 200;

interface Fold {
  readonly first_line: number;
  readonly last_line: number;
}

interface Structure {
  readonly colours: DecorationSet;
  /** The line that can be folded, as the position of its start, with the fold's end; kept in place while the text changes. */
  readonly folds: readonly { readonly line: number; readonly end: number }[];
}

const setStructure = StateEffect.define<Structure>();

const structureField = StateField.define<Structure>({
  create: () => ({ colours: Decoration.none, folds: [] }),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setStructure)) return effect.value;
    if (!transaction.docChanged) return value;
    const { changes } = transaction;
    return {
      colours: value.colours.map(changes),
      folds: value.folds.map(({ line, end }) => ({ line: changes.mapPos(line, -1), end: changes.mapPos(end, 1) })),
    };
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.colours),
});

function colourDecorations(tokens: readonly LanguageToken[], length: number): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const { kind, span, is_definition } of tokens) {
    const [from, to] = [span.start.offset, Math.min(span.end.offset, length)];
    if (from < to)
      ranges.push(Decoration.mark({ class: `word-${kind}${is_definition ? " defines" : ""}` }).range(from, to));
  }
  return Decoration.set(ranges, true);
}

function foldsOf(state: EditorState, folds: readonly Fold[]): Structure["folds"] {
  return folds
    .filter((fold) => fold.last_line <= state.doc.lines && fold.first_line < fold.last_line)
    .map((fold) => ({ line: state.doc.line(fold.first_line).from, end: state.doc.line(fold.last_line).to }));
}

const structureReader = ViewPlugin.fromClass(
  class {
    private timer: ReturnType<typeof setTimeout> | undefined;
    private ended = false;

    constructor(private readonly view: EditorView) {
      prepareDocumentation();
      this.soon(0);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.startState.facet(editorLanguage) !== update.state.facet(editorLanguage))
        this.soon(CALM);
    }

    destroy(): void {
      this.ended = true;
      clearTimeout(this.timer);
    }

    private soon(wait: number): void {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.setStructure(), wait);
    }

    private async setStructure(): Promise<void> {
      const { state } = this.view;
      const from = state.facet(editorLanguage);
      if (from === null) return;
      const tokens = await quietly<{ tokens: readonly LanguageToken[] }>(from, { ask: "tokens" });
      const folds = await quietly<{ foldings: readonly Fold[] }>(from, { ask: "folding" });
      // An answer about an older text would colour the wrong letters.
      if (this.ended || tokens === null || folds === null || !this.view.state.doc.eq(state.doc)) return;
      this.view.dispatch({
        effects: setStructure.of({
          colours: colourDecorations(tokens.tokens, state.doc.length),
          folds: foldsOf(state, folds.foldings),
        }),
      });
    }
  },
);

const folding = foldService.of((state, lineStart, lineEnd) => {
  const fold = state.field(structureField, false)?.folds.find(({ line }) => line === lineStart);
  return fold === undefined || fold.end <= lineEnd ? null : { from: lineEnd, to: fold.end };
});

export const structure: Extension = [structureField, structureReader, folding];
