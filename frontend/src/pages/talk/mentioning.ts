// Says which mention is being typed, who fits, and what the text is once somebody is chosen. Pure.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly initials: string;
  readonly colour: number;
}

/** The `@…` that the caret stands behind: where it begins, and what is typed of the name. */
export interface BegunMention {
  readonly at: number;
  readonly query: string;
}

const BEGUN = /(?:^|[^\w@])@([^\n@]{0,40})$/u;
const SHOWN = 6;

export function begunMention(text: string, caret: number): BegunMention | null {
  const match = BEGUN.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? null : { at: caret - query.length - 1, query };
}

/** Those whose name, or a word of it, begins like this; nobody once the name is whole. */
export function fitting(people: readonly Person[], query: string): readonly Person[] {
  const lowerQuery = query.toLowerCase();
  return people
    .filter(({ name }) => {
      const lower = name.toLowerCase();
      return lower !== lowerQuery.trimEnd() && (lower.startsWith(lowerQuery) || lower.includes(` ${lowerQuery}`));
    })
    .slice(0, SHOWN);
}

export function withMention(
  text: string,
  mention: BegunMention,
  person: Person,
): { readonly text: string; readonly caret: number } {
  const before = `${text.slice(0, mention.at)}@${person.name}`;
  const after = text.slice(mention.at + 1 + mention.query.length);
  const space = after.startsWith(" ") ? "" : " ";
  return { text: `${before}${space}${after}`, caret: before.length + 1 };
}

/** Whether a key is pressed with another: it is none of the list's, as Ctrl+Enter sends and Shift+Tab goes back. */
export function isCombined(key: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "shiftKey">): boolean {
  return key.altKey || key.ctrlKey || key.metaKey || key.shiftKey;
}
