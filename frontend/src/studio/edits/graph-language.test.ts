import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { LanguageRefusal } from "../../language";
import { GraphLanguage, type GraphWorkspace } from "./graph-language";

function edits(...all: readonly (readonly [number, number, string])[]) {
  return all.map(([start, end, text]) => ({
    file: "Runefile.yml",
    span: { start: { offset: start }, end: { offset: end } },
    text,
  }));
}

function room(answer: (text: string, count: number) => unknown): {
  readonly text: Y.Text;
  readonly messages: string[];
  readonly steps: string[];
  readonly language: GraphLanguage;
} {
  const text = new Y.Doc().getText();
  text.insert(0, "abc");
  const messages: string[] = [];
  const steps: string[] = [];
  let count = 0;
  const workspace = {
    language: { ask: () => Promise.resolve(answer(text.toJSON(), (count += 1))) },
    files: { list: () => [{ id: "1", path: "Runefile.yml", kind: "text" }], text: () => text },
    edit: (all: ReturnType<typeof edits>, step: string) => {
      steps.push(step);
      for (const { span, text: next } of all) {
        text.delete(span.start.offset, span.end.offset - span.start.offset);
        text.insert(span.start.offset, next);
      }
    },
    checking: { touch: () => undefined },
    toasts: { say: (sentence: string) => messages.push(sentence) },
  };
  return { text, messages, steps, language: new GraphLanguage(workspace as unknown as GraphWorkspace) };
}

const REMOVE = { edit: "remove-stage", name: "a" } as const;

describe("an edit of the graph", () => {
  test("is made to the text, and tells the name of what is new", async () => {
    const { text, steps, language } = room(() => ({ edits: edits([1, 2, "-"]), stage: "fft_2" }));
    expect(await language.edit(REMOVE)).toBe("fft_2");
    expect(text.toJSON()).toBe("a-c");
    expect(steps).toEqual(["alone"]);
  });

  test("is asked for again when somebody typed meanwhile, so that it falls on the right words", async () => {
    const { text, language } = room((now, count) => {
      if (count === 1) text.insert(0, "# more\n");
      return { edits: edits([now.indexOf("b"), now.indexOf("b") + 1, "-"]), stage: null };
    });
    expect(await language.edit(REMOVE)).toBe("");
    expect(text.toJSON()).toBe("# more\na-c");
  });

  test("comes after the one before, about the text as that left it", async () => {
    const { text, language } = room((now) => ({ edits: edits([0, 1, `${now.length}`]), stage: null }));
    await Promise.all([language.edit(REMOVE), language.edit(REMOVE), language.edit(REMOVE)]);
    expect(text.toJSON()).toBe("3bc");
  });

  test("that is refused says why and changes nothing", async () => {
    const { text, messages, language } = room(() => {
      throw new LanguageRefusal("graph-edit-refused", "There is no stage `a`.");
    });
    expect(await language.edit(REMOVE)).toBeNull();
    expect(text.toJSON()).toBe("abc");
    expect(messages).toEqual(["There is no stage `a`."]);
  });
});
