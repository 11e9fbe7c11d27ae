// The fields of a form after the server took it: what its person wrote while the answer was on its way stays.

type Field = Pick<HTMLTextAreaElement, "name" | "value" | "defaultValue">;

export type SentTexts = ReadonlyMap<string, string>;

export function textsOf(fields: Iterable<Field>): SentTexts {
  return new Map([...fields].map(({ name, value }) => [name, value]));
}

/** Clears the fields that still have the text that was sent. Answers whether all of them do. */
export function clearSent(fields: Iterable<Field>, sentTexts: SentTexts): boolean {
  let isAllSent = true;
  for (const field of fields) {
    if (field.value === sentTexts.get(field.name)) field.value = field.defaultValue;
    else isAllSent = false;
  }
  return isAllSent;
}
