// Which mention is being typed, who fits, and what the text is once somebody is chosen. Pure.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly initials: string;
  readonly colour: number;
}

/** The `@…` that the caret stands behind: where it begins, and what is typed of the name. */
export interface Begun {
  readonly at: number;
  readonly typed: string;
}

const BEGUN = /(?:^|[^\w@])@([^\n@]{0,40})$/u;
const SHOWN = 6;

export function begunMention(text: string, caret: number): Begun | null {
  const match = BEGUN.exec(text.slice(0, caret));
  const typed = match?.[1];
  return typed === undefined ? null : { at: caret - typed.length - 1, typed };
}

/** Those whose name, or a word of it, begins like this; nobody once the name is whole. */
export function fitting(people: readonly Person[], typed: string): readonly Person[] {
  const wanted = typed.toLowerCase();
  return people
    .filter(({ name }) => {
      const lower = name.toLowerCase();
      return lower !== wanted.trimEnd() && (lower.startsWith(wanted) || lower.includes(` ${wanted}`));
    })
    .slice(0, SHOWN);
}

export function withMention(
  text: string,
  begun: Begun,
  person: Person,
): { readonly text: string; readonly caret: number } {
  const before = `${text.slice(0, begun.at)}@${person.name}`;
  const after = text.slice(begun.at + 1 + begun.typed.length);
  const space = after.startsWith(" ") ? "" : " ";
  return { text: `${before}${space}${after}`, caret: before.length + 1 };
}

/** Whether a key is pressed with another: it is none of the list's, as Ctrl+Enter sends and Shift+Tab goes back. */
export function isCombined(key: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "shiftKey">): boolean {
  return key.altKey || key.ctrlKey || key.metaKey || key.shiftKey;
}
