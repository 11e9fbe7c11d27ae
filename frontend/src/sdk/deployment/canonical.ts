// JSON in the one form that is signed: keys in order, no spaces, and no escapes but those of quotes and backslashes.

/** Returns the form, as Python's library of TUF writes it. Throws where a value has none, such as a fraction. */
export function canonical(value: unknown): string {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${entries.map(([key, each]) => `${canonical(key)}:${canonical(each)}`).join(",")}}`;
  }
  if (value === null || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  throw new Error("A signed document has a number that is not an integer.");
}
