import { describe, expect, it } from "vitest";
import type { Conflict } from "../../../api/schema";
import { nextUnresolved, ownLines, placeOf, shownSide, sideLabels, startOfText } from "./steps";

const conflict = (key: string, values: Partial<Conflict> = {}): Conflict => ({
  key,
  path: "Runefile.yml",
  kind: "stage",
  name: key,
  line: 4,
  base: "a",
  ours: "b",
  theirs: "c",
  both: null,
  sides: ["ours", "theirs", "written"],
  side: null,
  replacement: null,
  ...values,
});

describe("the conflicts of a change request", () => {
  it("say what is no text in a sentence, and never show a digest as a text", () => {
    expect(shownSide(conflict("a"), null).note).toBe("Not in this version.");
    expect(shownSide(conflict("a", { kind: "file" }), null).note).toBe("The file is deleted.");
    expect(shownSide(conflict("a", { kind: "file" }), `sha256:${"0".repeat(64)}`)).toEqual({
      text: "",
      note: "A file with the digest sha256:000000000000…",
    });
    expect(shownSide(conflict("a"), "low: 1\n")).toEqual({ text: "low: 1\n", note: "" });
    expect(placeOf(conflict("a"))).toBe("Runefile.yml, line 4");
    expect(placeOf(conflict("a", { kind: "file" }))).toBe("Runefile.yml");
  });

  it("call the other side what it is: a fork, or a branch of elsewhere", () => {
    expect(sideLabels({ outside: null }).theirs).toBe("The fork");
    expect(sideLabels({ outside: "main of git.example/wand" }).theirs).toBe("The branch");
  });

  it("come one after the other, around the end, until none waits", () => {
    const all = [conflict("a"), conflict("b", { side: "ours" }), conflict("c")];
    expect(nextUnresolved(all, "a")).toBe("c");
    expect(nextUnresolved(all, "c")).toBe("a");
    expect(nextUnresolved(all, "gone")).toBe("a");
    expect(nextUnresolved([conflict("b", { side: "ours" })], "b")).toBeNull();
  });

  it("are edited from both changes where they can stand together, else from what is here", () => {
    expect(startOfText(conflict("a", { both: "bc" }))).toBe("bc");
    expect(startOfText(conflict("a"))).toBe("b");
    expect(startOfText(conflict("a", { both: "bc", replacement: "mine" }))).toBe("mine");
    expect(startOfText(conflict("a", { ours: null }))).toBe("c");
  });

  it("mark the lines that both had not, and lose none", () => {
    const own = (base: string, text: string) =>
      ownLines(base, text).map(({ line, isOwn }) => (isOwn ? `+${line}` : line));
    expect(own("a\nb\nc\n", "a\nB\nc\nd\n")).toEqual(["a", "+B", "c", "+d"]);
    expect(own("", "a\nb")).toEqual(["+a", "+b"]);
    expect(own("a\nb\n", "a\nb\n")).toEqual(["a", "b"]);
    expect(own("x\n", "y\n".repeat(700))).toHaveLength(700);
  });
});
