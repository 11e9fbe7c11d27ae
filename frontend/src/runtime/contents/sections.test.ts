// Reading modules as sections, and the maximum that is written into a memory.
import { describe, expect, test } from "vitest";
import { assemble } from "../assembler.test-support";
import { withMemoryMaximum, withTableMaxima } from "./maxima";
import { customSections, readLeb, readSections, writeLeb } from "./sections";

const bytes = (module: ArrayBuffer) => new Uint8Array(module);

describe("sections", () => {
  test("numbers survive the round trip", () => {
    for (const value of [0, 1, 127, 128, 16383, 16384, 2 ** 32 - 1]) {
      const encoding = Uint8Array.from(writeLeb(value));
      expect(readLeb(encoding, 0)).toEqual([value, encoding.length]);
    }
  });

  test("custom sections of one name are all found", () => {
    const sections = readSections(
      bytes(
        assemble({
          sections: [
            ["a", "1"],
            ["b", "2"],
            ["a", "3"],
          ],
        }),
      ),
    );
    expect(customSections(sections, "a").map((part) => new TextDecoder().decode(part))).toEqual(["1", "3"]);
  });

  test("a module cut anywhere is a bad rune and no crash", () => {
    const module = bytes(assemble({ sections: [["name", "payload"]] }));
    for (let end = 0; end < module.length; end += 1) {
      try {
        const sections = readSections(module.subarray(0, end));
        customSections(sections, "name");
      } catch (error) {
        expect(error).toMatchObject({ name: "bad-rune" });
      }
    }
  });
});

describe("the memory's maximum", () => {
  async function maximumAfter(module: ArrayBuffer, limit: number): Promise<number> {
    const limitedModule = withMemoryMaximum(readSections(bytes(module)), limit);
    const instance = await WebAssembly.instantiate(limitedModule, { env: allImports(limitedModule) });
    const { memory } = instance.instance.exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Error("no memory");
    let pages = memory.buffer.byteLength / 65536;
    try {
      for (;;) {
        memory.grow(1);
        pages += 1;
      }
    } catch {
      return pages;
    }
  }

  function allImports(module: Uint8Array<ArrayBuffer>): Record<string, () => number> {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(module));
    return Object.fromEntries(imports.map(({ name }) => [name, () => 0]));
  }

  test("is written where there was none", async () => {
    expect(await maximumAfter(assemble({ pages: 1 }), 5)).toBe(5);
  });

  test("is lowered where it was higher, and kept where it was lower", async () => {
    expect(await maximumAfter(assemble({ pages: 1, maximumPages: 200 }), 130)).toBe(130);
    expect(await maximumAfter(assemble({ pages: 1, maximumPages: 3 }), 130)).toBe(3);
  });

  test("is refused below what the module starts with", () => {
    expect(() => withMemoryMaximum(readSections(bytes(assemble({ pages: 9 }))), 8)).toThrow(
      expect.objectContaining({ name: "memory" }),
    );
  });
});

test("a table section that is cut short or of another kind is a bad rune and no crash", () => {
  for (const body of [[1], [1, 0x70], [1, 0x70, 1, 5], [1, 0x40, 0, 0x70, 0, 1], [1, 0x70, 4, 1]]) {
    expect(() => withTableMaxima([{ id: 4, body: Uint8Array.from(body) }])).toThrow(
      expect.objectContaining({ name: "bad-rune" }),
    );
  }
});
