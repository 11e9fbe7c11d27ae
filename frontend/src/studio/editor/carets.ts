// The cursors and selections of the others in this text, with their names. Colours are classes: the page's policy allows
// no style attributes, which is why the stock binding's carets are not used.
import { StateEffect, type Extension, type Range } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { Decoration, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import type * as Y from "yjs";
import { cursorPosition } from "../document/sync/cursor-position";
import type { Presence, PresentPerson } from "../document/sync/presence";

/** How long a name stays beside a caret that moved, in milliseconds. */
const NAME_STAYS = 2500;

const caretMove = StateEffect.define<null>();

class Caret extends WidgetType {
  constructor(
    private readonly person: PresentPerson,
    private readonly isRecent: boolean,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    return (
      other.person.id === this.person.id && other.person.name === this.person.name && other.isRecent === this.isRecent
    );
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `caret person-${this.person.colour}${this.isRecent ? " fresh" : ""}`;
    caret.setAttribute("aria-hidden", "true");
    const name = document.createElement("span");
    name.className = "caret-name";
    name.textContent = this.person.name;
    // Word joiners keep the caret from opening a place where the line could break.
    caret.append("\u2060", name, "\u2060");
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

class Carets {
  decorations: DecorationSet = Decoration.none;
  private readonly movedAt = new Map<number, { readonly head: number; readonly when: number }>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stop: () => void;

  constructor(
    private readonly view: EditorView,
    private readonly presence: Presence,
    private readonly text: Y.Text,
  ) {
    this.stop = presence.state.subscribe(() => queueMicrotask(() => this.refresh()));
    this.decorations = this.draw();
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) this.decorations = this.decorations.map(update.changes);
    if (update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(caretMove))))
      this.decorations = this.draw();
    if (update.selectionSet || update.focusChanged) this.publishSelection();
  }

  destroy(): void {
    this.stop();
    clearTimeout(this.timer);
    if (this.view.hasFocus) this.presence.point(this.text, null);
  }

  private publishSelection(): void {
    const { anchor, head } = this.view.state.selection.main;
    this.presence.point(this.text, this.view.hasFocus ? { anchor, head } : null);
  }

  private refresh(): void {
    if (this.view.dom.isConnected) this.view.dispatch({ effects: caretMove.of(null) });
  }

  private draw(): DecorationSet {
    const now = Date.now();
    const length = this.view.state.doc.length;
    const ranges: Range<Decoration>[] = [];
    for (const each of this.presence.state.getState()) {
      const place = cursorPosition(each, this.text);
      if (place === null) continue;
      const { person, client } = { person: each.person, client: each.client };
      const head = Math.min(place.head, length);
      const [from, to] = [Math.min(place.anchor, head), Math.min(Math.max(place.anchor, head), length)];
      const last = this.movedAt.get(client);
      if (last?.head !== head) this.movedAt.set(client, { head, when: now });
      const isRecent = now - (this.movedAt.get(client)?.when ?? now) < NAME_STAYS;
      if (from < to) ranges.push(Decoration.mark({ class: `other-selection person-${person.colour}` }).range(from, to));
      ranges.push(
        Decoration.widget({ widget: new Caret(person, isRecent), side: head > place.anchor ? -1 : 1 }).range(head),
      );
      if (isRecent) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.refresh(), NAME_STAYS);
      }
    }
    return Decoration.set(ranges, true);
  }
}

export function carets(presence: Presence, text: Y.Text): Extension {
  return ViewPlugin.define((view) => new Carets(view, presence, text), { decorations: (plugin) => plugin.decorations });
}
