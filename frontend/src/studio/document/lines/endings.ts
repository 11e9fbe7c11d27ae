// How the lines of a file end: with LF, or with CRLF as files from Windows do. What is added ends as its first line does. Pure.

export type LineEnding = "\n" | "\r\n";

/** The end of the first line of a text; that of new files where it has one line. */
export function endingOf(text: string): LineEnding {
  return /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
}

export function withEnding(text: string, ending: LineEnding): string {
  return text.replaceAll(/\r?\n/g, ending);
}
