import { describe, expect, it } from "vitest";
import { asSnippet } from "./completion";

describe("a snippet of the language", () => {
  it("keeps places with a text, and gives bare ones the editor's form", () => {
    expect(asSnippet("${1:name}:\n  capability: $2\n$0")).toBe("${1:name}:\n  capability: ${2}\n${}");
  });

  it("takes the backslash from signs that are meant, but for braces, which the editor wants with one", () => {
    expect(asSnippet("{type: ${1:f32}, dimensions: [${2:1}]\\}")).toBe("{type: ${1:f32}, dimensions: [${2:1}]\\}");
    expect(asSnippet("wordlist: \\$LABELS")).toBe("wordlist: $LABELS");
  });

  it("is left alone where it has no places", () => {
    expect(asSnippet("capability: SOUND")).toBe("capability: SOUND");
  });
});
