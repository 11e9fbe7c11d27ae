import { describe, expect, it } from "vitest";
import { linkedFile } from "./markdown";

describe("a link between files", () => {
  it("is taken from the folder of the file that has it", () => {
    expect(linkedFile("labels.txt", "docs/README.md")).toBe("docs/labels.txt");
    expect(linkedFile("../samples/a%20b.png?x#y", "docs/README.md")).toBe("samples/a b.png");
  });

  it("cannot leave the project, and others lead elsewhere", () => {
    for (const link of [
      "../../x",
      "https://example.org/a",
      "javascript:alert(1)",
      "//example.org/x",
      "/etc/passwd",
      "#part",
      "",
      "%E0%A4%A",
    ])
      expect(linkedFile(link, "README.md")).toBeNull();
  });
});
