// Where the terms of a query stand in its text, so that each gets a ground. The server reads the query itself.

export interface TextPart {
  readonly text: string;
  readonly isTerm: boolean;
}

const TERM = /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gu;

/** Cuts a query into its terms and what is between them: a space within quotes ends no term. */
export function termsOf(query: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of query.matchAll(TERM)) {
    if (match.index > end) parts.push({ text: query.slice(end, match.index), isTerm: false });
    parts.push({ text: match[0], isTerm: true });
    end = match.index + match[0].length;
  }
  if (end < query.length) parts.push({ text: query.slice(end), isTerm: false });
  return parts;
}
