import { describe, expect, it } from "vitest";
import { find, fit } from "./fuzzy-search";

const same = (text: string): string => text;

describe("finding by a few letters", () => {
  it("takes letters in their order, not in another", () => {
    expect(fit("fmt", "Format the file")).not.toBeNull();
    expect(fit("tmf", "Fmt")).toBeNull();
  });

  it("puts a whole word before scattered letters", () => {
    expect(find("file", ["Find illegal entries", "New file"], same)[0]?.item).toBe("New file");
  });

  it("puts a word that starts so before one that holds it", () => {
    expect(find("run", ["prune", "a run"], same)[0]?.item).toBe("a run");
  });

  it("prefers the starts of words", () => {
    expect(find("sv", ["survive", "Save a version"], same)[0]?.item).toBe("Save a version");
  });

  it("says where the letters stand", () => {
    expect(fit("sv", "Save a version")?.at).toEqual([0, 7]);
  });

  it("gives everything in its order for nothing typed", () => {
    expect(find(" ", ["b", "a"], same).map((match) => match.item)).toEqual(["b", "a"]);
  });

  it("gives no more than asked for", () => {
    expect(find("", Array.from({ length: 100 }, String), same, 7)).toHaveLength(7);
  });
});
