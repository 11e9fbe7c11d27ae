// The description of a file before any of it runs.
import { describe, expect, test } from "vitest";
import { assemble, call } from "../../runtime/assembler.test-support";
import { readRuneFile, runeFileOf } from "./rune-file";

const text = (words: string) => new TextEncoder().encode(words).buffer;

describe("a file that may be a rune", () => {
  test("says its name, its version and the resources that it reads from its host", () => {
    const graph = {
      rune: { name: "birds" },
      resources: {
        WORDS: { default_value: null, ty: "string" },
        LABELS: { default_value: { Inline: "a" }, ty: "string" },
        MODEL: { default_value: { FromDisk: "m" }, ty: "binary" },
      },
    };
    const sections = [
      [".rune_graph", JSON.stringify(graph)],
      ["rune_version", '{"version":"0.2.1"}'],
    ] as const;
    const { contents } = runeFileOf("birds.rune", assemble({ sections }));
    expect(contents).toEqual({
      name: "birds",
      version: "0.2.1",
      resources: [
        { name: "WORDS", isBinary: false, hasDefault: false },
        { name: "LABELS", isBinary: false, hasDefault: true },
        { name: "MODEL", isBinary: true, hasDefault: true },
      ],
    });
  });

  test("may say nothing of itself", () => {
    const { contents } = runeFileOf("x.rune", assemble({ manifest: call("request_output", 1) }));
    expect(contents).toEqual({ name: null, version: null, resources: [] });
  });

  test.each([
    ["words", "is not a rune"],
    ["PK\u0003\u0004", "is a zune"],
    ["", "is not a rune"],
  ])("that is none is refused: %j", (words, reason) => {
    expect(() => runeFileOf("x.rune", text(words))).toThrow(reason);
  });

  test("larger than any runtime takes is refused before it is read", async () => {
    const file = new File([], "big.rune");
    Object.defineProperty(file, "size", { value: (128 << 20) + 1 });
    await expect(readRuneFile(file)).rejects.toThrow("larger than 134 MB");
  });
});
