// Lines that end with CRLF, as files from Windows do: a carriage return before the newline is neither shown nor a place of
// the caret, nothing is written between the two, and a new line ends as the first line of the file does.
import {
  ChangeSet,
  EditorSelection,
  EditorState,
  RangeSetBuilder,
  type Extension,
  type Text,
  type Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import {
  Decoration,
  EditorView,
  highlightSpecialChars,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from "@codemirror/view";
import { ySyncAnnotation } from "y-codemirror.next";
import { endingOf, withEnding, type LineEnding } from "../document/lines/endings";

/** Characters that are shown as a sign, as CodeMirror chooses them, without the carriage return at the end of a line. */
const SHOWN_AS_SIGN =
  /(?!\r$)[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202d\u202e\u2066\u2067\u2069\ufeff\ufff9-\ufffc]/gu;

export function lineEnds(): Extension {
  return [
    highlightSpecialChars({ specialChars: SHOWN_AS_SIGN }),
    hiddenReturns,
    EditorState.transactionFilter.of(keepLineEnds),
  ];
}

/** Puts edits and carets that would split a CRLF in front of it. What others typed comes in as it is. */
function keepLineEnds(transaction: Transaction): TransactionSpec | readonly TransactionSpec[] {
  if (transaction.annotation(ySyncAnnotation) !== undefined) return transaction;
  const { newDoc, newSelection } = transaction;
  const repairs = transaction.docChanged ? repairsOf(transaction) : [];
  if (repairs.length === 0) {
    const selection = withoutSplits(newDoc, newSelection);
    return selection.eq(newSelection) ? transaction : [transaction, { selection, sequential: true }];
  }
  const changes = ChangeSet.of(repairs, newDoc.length, "\n");
  const place = (at: number): number => {
    const repair = repairs.find(({ writtenFrom, writtenTo }) => writtenFrom <= at && at <= writtenTo);
    if (repair === undefined) return changes.mapPos(at, 1);
    const writtenText = newDoc.sliceString(repair.writtenFrom, at);
    return changes.mapPos(repair.from, -1) + withEnding(writtenText, repair.ending).length;
  };
  const ranges = newSelection.ranges.map(({ anchor, head }) => EditorSelection.range(place(anchor), place(head)));
  const selection = withoutSplits(changes.apply(newDoc), EditorSelection.create(ranges, newSelection.mainIndex));
  return [transaction, { changes, selection, sequential: true }];
}

/** A change of the text after a transaction that makes its line ends whole. */
interface Repair {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** The begin and the end of the text that the transaction wrote here. */
  readonly writtenFrom: number;
  readonly writtenTo: number;
  readonly ending: LineEnding;
}

function repairsOf({ startState: { doc }, newDoc, changes }: Transaction): readonly Repair[] {
  const ending = endingOf(doc.sliceString(0, doc.line(1).to + 1));
  const repairs: Repair[] = [];
  changes.iterChanges((fromA, toA, fromB, toB, { length }) => {
    const startsInside = isInsideEnd(doc, fromA);
    const endsInside = isInsideEnd(doc, toA);
    const writtenText = newDoc.sliceString(fromB, toB);
    // A return that is deleted alone, as by the key Delete, takes its newline along.
    const isReturnDeleted = length === 0 && endsInside && !startsInside && toA === fromA + 1;
    const insert = withEnding(writtenText, ending) + (endsInside && !isReturnDeleted ? "\r" : "");
    const from = startsInside ? fromB - 1 : fromB;
    const to = isReturnDeleted ? toB + 1 : toB;
    if (from !== fromB || to !== toB || insert !== writtenText)
      repairs.push({ from, to, insert, writtenFrom: fromB, writtenTo: toB, ending });
  });
  return repairs;
}

/** Whether a place is between the two characters of a CRLF. */
function isInsideEnd(doc: Text, at: number): boolean {
  return at > 0 && at < doc.length && doc.sliceString(at - 1, at + 1) === "\r\n";
}

function withoutSplits(doc: Text, selection: EditorSelection): EditorSelection {
  const place = (at: number): number => (isInsideEnd(doc, at) ? at - 1 : at);
  if (!selection.ranges.some(({ from, to }) => place(from) !== from || place(to) !== to)) return selection;
  const ranges = selection.ranges.map(({ anchor, head }) => EditorSelection.range(place(anchor), place(head)));
  return EditorSelection.create(ranges, selection.mainIndex);
}

interface ShownReturns {
  readonly hidden: DecorationSet;
  /** Each with its newline: keys pass over both at once. */
  readonly atoms: DecorationSet;
}

function returnsIn({ state: { doc }, visibleRanges }: EditorView): ShownReturns {
  const hidden = new RangeSetBuilder<Decoration>();
  const atoms = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges)
    for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
      if (line.text.endsWith("\r") && line.number < doc.lines) {
        hidden.add(line.to - 1, line.to, Decoration.replace({}));
        atoms.add(line.to - 1, line.to + 1, Decoration.mark({}));
      }
      if (line.to >= to || line.number === doc.lines) break;
    }
  return { hidden: hidden.finish(), atoms: atoms.finish() };
}

class HiddenReturns {
  returns: ShownReturns;
  /** Whether a pointer was used last: it means the end of a line and not the next one, where keys pass over both signs. */
  isPointing = false;

  constructor(view: EditorView) {
    this.returns = returnsIn(view);
  }

  update({ docChanged, viewportChanged, view }: ViewUpdate): void {
    if (docChanged || viewportChanged) this.returns = returnsIn(view);
  }
}

const hiddenReturns = ViewPlugin.fromClass(HiddenReturns, {
  decorations: ({ returns }) => returns.hidden,
  eventObservers: {
    pointerdown() {
      this.isPointing = true;
    },
    keydown() {
      this.isPointing = false;
    },
  },
  provide: (plugin) =>
    EditorView.atomicRanges.of((view) => {
      const value = view.plugin(plugin);
      return value === null || value.isPointing ? Decoration.none : value.returns.atoms;
    }),
});
