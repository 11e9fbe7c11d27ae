// The one place where a count and its noun are made to agree. Pure.

/** `1 row`, `2 rows`, `1,960 rows`. */
export function counted(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;
}
