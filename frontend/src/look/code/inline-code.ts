// A sentence of the toolchain marks names with `ticks`. Pure: the pieces, in order, and which of them are names.

export interface SentencePart {
  readonly text: string;
  readonly isName: boolean;
}

/** A lone tick at the end marks nothing and stays as it is. */
export function pieces(sentence: string): readonly SentencePart[] {
  const parts: SentencePart[] = [];
  let rest = sentence;
  for (let match = /`([^`]+)`/.exec(rest); match !== null; match = /`([^`]+)`/.exec(rest)) {
    if (match.index > 0) parts.push({ text: rest.slice(0, match.index), isName: false });
    parts.push({ text: match[1] ?? "", isName: true });
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== "") parts.push({ text: rest, isName: false });
  return parts;
}
