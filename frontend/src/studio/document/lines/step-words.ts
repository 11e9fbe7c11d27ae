// The words and numbers that taking back a step of the undo would make of a text. Reads the document and changes nothing.
// Yjs reverts letters: beside another person's 5 it brings back an 8 of 0.8, which makes 0.58, a number that nobody wrote.
import * as Y from "yjs";

type LetterSet = Y.UndoManager["undoStack"][number]["deletions"];

/** The letters that a step wrote and those that it deleted. */
export interface StepLetters {
  readonly insertions: LetterSet;
  readonly deletions: LetterSet;
}

/** Neighbouring letters, with whether they are shown now, and whether they are once the step is taken back. */
interface Run {
  readonly text: string;
  readonly now: boolean;
  readonly then: boolean;
}

/** Letters, digits, halves of a character such as an emoji, and the signs that make another number of one: -1, 1e+5, 0.5. */
const WORD_UNIT = /[\p{L}\p{M}\p{N}\p{Cs}_.+~-]/u;

function isWordUnit(unit: string | undefined): boolean {
  return unit !== undefined && WORD_UNIT.test(unit);
}

/** The words that taking a step back makes of a text: those that do not stand there now, letter for letter. */
export function newWords(text: Y.Text, step: StepLetters): ReadonlySet<string> {
  const words = new Set<string>();
  let region: Run[] = [];
  let isChanged = false;
  const endRegion = (): void => {
    if (isChanged) addNewWords(region, words);
    region = [];
    isChanged = false;
  };
  for (const run of runsOf(text, step)) {
    if (run.now !== run.then) {
      region.push(run);
      isChanged = true;
      continue;
    }
    const [head, tail] = edgeWords(run.text);
    region.push(...unitsOf(head));
    if (tail === null) continue;
    endRegion();
    region.push(...unitsOf(tail));
  }
  endRegion();
  return words;
}

/** The number of places of a text that a step changed: letters that stay stand between two of them. */
export function placesChanged(text: Y.Text, step: StepLetters): number {
  let count = 0;
  let isInPlace = false;
  for (const { now, then } of runsOf(text, step)) {
    if (now !== then && !isInPlace) count++;
    isInPlace = now !== then;
  }
  return count;
}

/** Whether any of the letters that a step wrote is among those deleted. */
export function isWritingDeleted(text: Y.Text, { insertions }: StepLetters, deletedLetters: LetterSet): boolean {
  const writtenLetters = withRestored(text, insertions);
  for (const item of itemsOf(text)) {
    if (!item.deleted || item.redone !== null || !overlaps(writtenLetters, item)) continue;
    for (const id of idsOf(item)) if (Y.isDeleted(writtenLetters, id) && Y.isDeleted(deletedLetters, id)) return true;
  }
  return false;
}

/** Whether a text has letters that a step did not write. */
export function hasOtherLetters(text: Y.Text, step: StepLetters): boolean {
  for (const { then } of runsOf(text, step)) if (then) return true;
  return false;
}

function* itemsOf(text: Y.Text): Generator<Y.Item> {
  for (let item = text._start; item !== null; item = item.right) yield item;
}

function* idsOf({ id: { client, clock }, length }: Y.Item): Generator<Y.ID> {
  for (let at = 0; at < length; at++) yield Y.createID(client, clock + at);
}

/** The text by letters, in order; only the ones that are shown now or then. */
function* runsOf(text: Y.Text, { insertions, deletions }: StepLetters): Generator<Run> {
  const writtenLetters = withRestored(text, insertions);
  for (const item of itemsOf(text)) {
    if (!(item.content instanceof Y.ContentString)) continue;
    const now = !item.deleted;
    const { str } = item.content;
    if (!overlaps(now ? writtenLetters : deletions, item)) {
      if (now) yield { text: str, now, then: true };
      continue;
    }
    let at = 0;
    for (const id of idsOf(item)) {
      // Letters that the step itself wrote stay deleted, and those that were restored already stand elsewhere.
      const isRestored = !now && item.redone === null && Y.isDeleted(deletions, id) && !Y.isDeleted(insertions, id);
      const then = now ? !Y.isDeleted(writtenLetters, id) : isRestored;
      if (now || then) yield { text: str.charAt(at), now, then };
      at++;
    }
  }
}

/** Letters with those that stand for them since they were deleted and restored: Yjs writes them again, under other numbers. */
function withRestored(text: Y.Text, letters: LetterSet): LetterSet {
  let result = letters;
  let restoredItems = [...itemsOf(text)].filter(({ redone }) => redone !== null);
  for (;;) {
    const item = restoredItems.find((each) => overlaps(result, each));
    if (item === undefined || item.redone === null) return result;
    restoredItems = restoredItems.filter((each) => each !== item);
    const copies = Y.createDeleteSet();
    const { client, clock } = item.redone;
    const ranges = [...idsOf(item)].flatMap((id, at) =>
      Y.isDeleted(result, id) ? [{ clock: clock + at, len: 1 }] : [],
    );
    copies.clients.set(client, ranges);
    result = Y.mergeDeleteSets([result, copies]);
  }
}

function overlaps(letters: LetterSet, { id: { client, clock }, length }: Y.Item): boolean {
  return (letters.clients.get(client) ?? []).some(
    (range) => range.clock < clock + length && clock < range.clock + range.len,
  );
}

/** The word at the begin of a text, and the one at its end: null where the whole text is one word. */
function edgeWords(text: string): readonly [string, string | null] {
  let first = 0;
  while (first < text.length && isWordUnit(text[first])) first++;
  if (first === text.length) return [text, null];
  let last = text.length;
  while (isWordUnit(text[last - 1])) last--;
  return [text.slice(0, first), text.slice(last)];
}

function unitsOf(text: string): readonly Run[] {
  return Array.from({ length: text.length }, (_, at) => ({ text: text.charAt(at), now: true, then: true }));
}

/** Adds, for units between two signs that stay, the words of then that are not words of now. */
function addNewWords(units: readonly Run[], words: Set<string>): void {
  for (let at = 0; at < units.length; at++) {
    let word = "";
    let end = at;
    for (; end < units.length; end++) {
      const unit = units[end] as Run;
      if (unit.then && !isWordUnit(unit.text)) break;
      if (unit.then) word += unit.text;
    }
    const first = units.findIndex((unit, index) => index >= at && unit.then);
    if (word !== "" && isNewWord(units, first, end)) words.add(word);
    at = end;
  }
}

/** Whether the word of then among these units, which begins at one of them and ends before another, is no word of now. */
function isNewWord(units: readonly Run[], first: number, end: number): boolean {
  const last = units.findLastIndex((unit, index) => index < end && unit.then);
  if (units.slice(first, last + 1).some(({ now, then }) => now !== then)) return true;
  const before = units.findLast((unit, index) => index < first && unit.now);
  const after = units.find((unit, index) => index > last && unit.now);
  return isWordUnit(before?.text) || isWordUnit(after?.text);
}
