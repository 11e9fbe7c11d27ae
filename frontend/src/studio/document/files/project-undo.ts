// The undo of a project: each file has its own, and an edit is taken back unless somebody else changed the same word since.
import * as Y from "yjs";
import { CONTESTED_LINES } from "../lines/conflicts";
import { hasOtherLetters, isWritingDeleted, placesChanged, newWords, type StepLetters } from "../lines/step-words";

/** A type of the document, as Yjs declares it. */
type ChangedType = Y.Transaction["changed"] extends Map<infer Type, unknown> ? Type : never;
export type UndoStep = Y.UndoManager["undoStack"][number];

/** The key of a transaction's file: the file that it is about, where it changes neither the file nor its text. */
export const FILE_OF_EDIT = "file";

/** The facts of an edit that are written down when it is made. */
interface EditRecord {
  /** The ids of the files that it changes. */
  readonly files: ReadonlySet<string>;
  /** By each text that it changes, the words that it changes, as they were. */
  readonly words: ReadonlyMap<Y.Text, ReadonlySet<string>>;
  /** The texts of files that it adds. */
  readonly newTexts: readonly Y.Text[];
}

const NO_RECORD: EditRecord = { files: new Set(), words: new Map(), newTexts: [] };
/** The record of a step among what Yjs keeps of it. */
const RECORD = "record";

function recordOf(step: UndoStep): EditRecord {
  return (step.meta.get(RECORD) as EditRecord | undefined) ?? NO_RECORD;
}

function sharesFile(record: EditRecord, files: ReadonlySet<string>): boolean {
  return [...record.files].some((file) => files.has(file));
}

function joined(one: EditRecord, other: EditRecord): EditRecord {
  const words = new Map(one.words);
  for (const [text, more] of other.words) words.set(text, new Set([...(words.get(text) ?? []), ...more]));
  return { files: new Set([...one.files, ...other.files]), words, newTexts: [...one.newTexts, ...other.newTexts] };
}

export class ProjectUndo extends Y.UndoManager {
  /** Called when a step was dropped because somebody else changed the same word. */
  onRefusal: (what: "undo" | "redo") => void = () => undefined;
  private lastRecord = NO_RECORD;
  private deletionsByOthers: UndoStep["deletions"][] = [];

  constructor(
    private readonly map: Y.Map<unknown>,
    origins: Iterable<unknown>,
  ) {
    super([map, (map.doc as Y.Doc).getMap(CONTESTED_LINES)], { trackedOrigins: new Set(origins) });
    this.captureTransaction = (transaction) => this.observe(transaction);
    const keepRecord = ({ stackItem: { meta } }: { readonly stackItem: UndoStep }): void => {
      const record = meta.get(RECORD) as EditRecord | undefined;
      meta.set(RECORD, record === undefined ? this.lastRecord : joined(record, this.lastRecord));
    };
    this.on("stack-item-added", keepRecord);
    this.on("stack-item-updated", keepRecord);
  }

  /** Takes back the newest step of a file. A step of several files is one of each of them. */
  undoIn(file: string): UndoStep | null {
    return this.revert("undo", (step) => recordOf(step).files.has(file));
  }

  redoIn(file: string): UndoStep | null {
    return this.revert("redo", (step) => recordOf(step).files.has(file));
  }

  override undo(): UndoStep | null {
    return this.revert("undo", () => true);
  }

  override redo(): UndoStep | null {
    return this.revert("redo", () => true);
  }

  /** Takes back a step, which need not be the newest. */
  undoStep(wantedStep: UndoStep): UndoStep | null {
    return this.revert("undo", (step) => step === wantedStep);
  }

  /** Whether a step can be taken back and no later one changed a file of it. */
  isNewestOfItsFiles(step: UndoStep): boolean {
    const at = this.undoStack.indexOf(step);
    const { files } = recordOf(step);
    return at >= 0 && this.undoStack.slice(at + 1).every((later) => !sharesFile(recordOf(later), files));
  }

  /** A new edit ends the redo of its own files alone. */
  override clear(undoStack = true, redoStack = true): void {
    const { files } = this.lastRecord;
    const ofOtherFiles =
      undoStack || !redoStack ? [] : this.redoStack.filter((step) => !sharesFile(recordOf(step), files));
    this.redoStack = this.redoStack.filter((step) => !ofOtherFiles.includes(step));
    super.clear(undoStack, redoStack);
    this.redoStack.push(...ofOtherFiles);
  }

  private revert(what: "undo" | "redo", isWanted: (step: UndoStep) => boolean): UndoStep | null {
    const key = what === "undo" ? "undoStack" : "redoStack";
    for (;;) {
      const at = this[key].findLastIndex(isWanted);
      const step = this[key][at];
      if (step === undefined) return null;
      const otherSteps = this[key].filter((each) => each !== step);
      if (this.isChangedByOthers(step)) {
        this[key] = otherSteps;
        this.onRefusal(what);
        return null;
      }
      // Alone: where it changes nothing, Yjs goes on with the step below, which may be one of another file.
      this[key] = [step];
      const revertedStep = what === "undo" ? super.undo() : super.redo();
      this[key] = otherSteps;
      if (revertedStep !== null) return revertedStep;
    }
  }

  /** Whether taking back a step would make a word that it did not find there, or bring back what others deleted. */
  private isChangedByOthers(step: UndoStep): boolean {
    const { words, newTexts } = recordOf(step);
    if (this.deletionsByOthers.length > 1) this.deletionsByOthers = [Y.mergeDeleteSets(this.deletionsByOthers)];
    const [deletions] = this.deletionsByOthers;
    if (newTexts.some((text) => hasOtherLetters(text, step))) return true;
    for (const [text, knownWords] of words) {
      if (deletions !== undefined && isWritingDeleted(text, step, deletions)) return true;
      for (const word of newWords(text, step)) if (!knownWords.has(word)) return true;
    }
    return false;
  }

  /** Looks at each transaction before Yjs makes a step of it or adds it to the last. */
  private observe(transaction: Y.Transaction): boolean {
    if (!this.trackedOrigins.has(transaction.origin)) {
      if (!transaction.local) this.observeOthers(transaction);
      return true;
    }
    const letters = lettersOf(transaction);
    this.lastRecord = this.record(transaction, letters);
    const lastStep = this.undoStack.at(-1);
    const isCapturing = this.lastChange > 0 && !this.undoing && !this.redoing && Number.isFinite(this.captureTimeout);
    if (isCapturing && lastStep !== undefined && this.isElsewhere(lastStep, letters)) this.stopCapturing();
    return true;
  }

  private observeOthers({ deleteSet }: Y.Transaction): void {
    if (this.undoStack.length === 0 && this.redoStack.length === 0) this.deletionsByOthers = [];
    else if (deleteSet.clients.size > 0) this.deletionsByOthers.push(deleteSet);
    const lastStep = this.undoStack.at(-1);
    if (this.lastChange > 0 && lastStep !== undefined && this.isChangedByOthers(lastStep)) this.stopCapturing();
  }

  private record(transaction: Y.Transaction, letters: StepLetters): EditRecord {
    const { changed, meta } = transaction;
    const files = new Set<string>();
    const words = new Map<Y.Text, ReadonlySet<string>>();
    const newTexts: Y.Text[] = [];
    const fileOfEdit: unknown = meta.get(FILE_OF_EDIT);
    if (typeof fileOfEdit === "string") files.add(fileOfEdit);
    for (const [type, keys] of changed) {
      if (type === (this.map as unknown)) {
        for (const key of keys) {
          if (key === null) continue;
          files.add(key);
          const file: unknown = this.map.get(key);
          const text: unknown = file instanceof Y.Map ? file.get("text") : null;
          if (text instanceof Y.Text) newTexts.push(text);
        }
        continue;
      }
      const file = this.fileOf(type);
      if (file !== null) files.add(file);
      if (type instanceof Y.Text) words.set(type, newWords(type, letters));
    }
    return { files, words, newTexts };
  }

  /** The file that a type of the document is a part of. */
  private fileOf(type: ChangedType): string | null {
    let inner: ChangedType | null = type;
    while (inner !== null && inner.parent !== (this.map as unknown)) inner = inner.parent;
    return inner?._item?.parentSub ?? null;
  }

  /** Whether an edit changes a place that the step before it does not touch: it is a step of its own then. */
  private isElsewhere(step: UndoStep, letters: StepLetters): boolean {
    const both = {
      insertions: Y.mergeDeleteSets([step.insertions, letters.insertions]),
      deletions: Y.mergeDeleteSets([step.deletions, letters.deletions]),
    };
    const { files } = recordOf(step);
    if (files.size !== this.lastRecord.files.size || !sharesFile(this.lastRecord, files)) return true;
    return [...this.lastRecord.words.keys()].some((text) => placesChanged(text, both) > placesChanged(text, step));
  }
}

function lettersOf({ beforeState, afterState, deleteSet }: Y.Transaction): StepLetters {
  const insertions = Y.createDeleteSet();
  for (const [client, end] of afterState) {
    const clock = beforeState.get(client) ?? 0;
    if (end > clock) insertions.clients.set(client, [{ clock, len: end - clock }]);
  }
  return { insertions, deletions: deleteSet };
}
