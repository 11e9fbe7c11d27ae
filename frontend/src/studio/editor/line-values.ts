// Values at the ends of lines, as a run of the text gave them, and the line where it failed. They go along with their lines.
import { StateEffect, StateField, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

export interface LineValue {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly kind: "value" | "printed" | "passed" | "failed";
}

/** Shows these in place of those before. */
export const setLineValues = StateEffect.define<readonly LineValue[]>();

class ValueWidget extends WidgetType {
  constructor(private readonly value: LineValue) {
    super();
  }

  override eq(other: ValueWidget): boolean {
    return other.value.text === this.value.text && other.value.kind === this.value.kind;
  }

  toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = `line-value ${this.value.kind}`;
    element.textContent = this.value.text;
    // The panel beside the text says the same to who does not see it.
    if (this.value.kind !== "failed") element.setAttribute("aria-hidden", "true");
    return element;
  }
}

export const lineValues = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, { effects, changes, newDoc }) {
    for (const effect of effects) {
      if (!effect.is(setLineValues)) continue;
      const ranges = effect.value
        .filter(({ line }) => line >= 1 && line <= newDoc.lines)
        .flatMap((value): Range<Decoration>[] => {
          const { from, to } = newDoc.line(value.line);
          const widget = Decoration.widget({ widget: new ValueWidget(value), side: 1 }).range(to);
          return value.kind === "failed" ? [Decoration.line({ class: "line-failed" }).range(from), widget] : [widget];
        });
      return Decoration.set(ranges, true);
    }
    return decorations.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
