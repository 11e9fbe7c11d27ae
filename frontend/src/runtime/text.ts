// The texts of a rune: UTF-8 in which a byte order mark is a character like any other, as in the other runtimes.

/** Bytes that are no UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Throws a TypeError for bytes that are no UTF-8. */
export function strictTextOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(bytes);
}
