import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { LanguageRefusal } from "../../language";
import { ModelEntries, type EntriesWorkspace } from "./model-entries";

interface LanguageQuestion {
  readonly ask: string;
  readonly file?: string;
}

/** A forge.yml of these words, and the entries that answer as the language does. */
function entriesOf(words: string, answer: (text: Y.Text, count: number) => unknown) {
  const text = new Y.Doc().getText();
  text.insert(0, words);
  const requests: LanguageQuestion[] = [];
  const workspace = {
    language: {
      ask: async (request: LanguageQuestion) => {
        requests.push(request);
        return Promise.resolve(answer(text, requests.length));
      },
    },
    files: { list: () => [{ id: "1", path: "forge.yml", kind: "text" }], text: () => text },
    edit: (
      all: readonly { readonly span: { readonly start: { readonly offset: number } }; readonly text: string }[],
    ) => {
      for (const { span, text: next } of all) text.insert(span.start.offset, next);
    },
    checking: { touch: () => undefined },
  };
  return { text, requests, entries: new ModelEntries(workspace as unknown as EntriesWorkspace) };
}

const insertion = (offset: number, text: string) => ({
  edits: [{ file: "forge.yml", span: { start: { offset }, end: { offset } }, text }],
});
const REMOVE = { edit: "remove-model", path: "a.tflite" } as const;

describe("an edit of a model", () => {
  test("is asked of forge.yml and made to its text", async () => {
    const { text, requests, entries } = entriesOf("models:\n", () => insertion(8, "  a.tflite:\n"));
    expect(await entries.edit(REMOVE)).toBe("");
    expect(text.toJSON()).toBe("models:\n  a.tflite:\n");
    expect(requests).toEqual([{ ask: "edit-model", file: "forge.yml", edit: REMOVE }]);
  });

  test("is asked for again when a colleague typed meanwhile", async () => {
    const { text, requests, entries } = entriesOf("models:\n", (now, count) => {
      if (count === 1) now.insert(0, "# ours\n");
      return insertion(now.length, "  a.tflite:\n");
    });
    expect(await entries.edit(REMOVE)).toBe("");
    expect(text.toJSON()).toBe("# ours\nmodels:\n  a.tflite:\n");
    expect(requests).toHaveLength(2);
  });

  test("answers why it was refused, and the next one is made", async () => {
    const { text, entries } = entriesOf("", (_, count) => {
      if (count === 1) throw new LanguageRefusal("model-edit-refused", "forge.yml has an error.");
      return insertion(0, "x");
    });
    expect(await entries.edit(REMOVE)).toBe("forge.yml has an error.");
    expect(await entries.edit(REMOVE)).toBe("");
    expect(text.toJSON()).toBe("x");
  });

  test("gives up while the text changes all the time", async () => {
    const { text, entries } = entriesOf("", (now) => {
      now.insert(0, "#");
      return insertion(0, "x");
    });
    expect(await entries.edit(REMOVE)).toBe("The text is being changed. Try again.");
    expect(text.toJSON()).not.toContain("x");
  });
});
