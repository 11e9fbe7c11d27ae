import { describe, expect, it, vi } from "vitest";
import type { UsableBlocks } from "../../../api/schema";
import { SharedBlocks } from "./shared-blocks";

const VERSION = {
  path: "acme/sounds#smooth@1.2",
  version: "1.2",
  digest: "sha256:aa",
  created: "2026-01-01T00:00:00Z",
  author: "Jo",
  notes: "",
  deprecated: null,
  deprecation: "",
  successor: "",
  withdrawn: null,
  withdrawal: "",
  file: "smooth.py",
  from_version: 1,
};
const USABLE: UsableBlocks = {
  blocks: [
    {
      name: "acme/sounds#smooth",
      organisation: "acme",
      project: "sounds",
      block: "smooth",
      summary: "",
      versions: [VERSION],
    },
  ],
  files: {
    ".rune/blocks/shelf.json": "{}",
    ".rune/blocks/sha256/aa": JSON.stringify({
      layers: [{ digest: "sha256:bb", annotations: { title: "smooth.py" } }],
    }),
    ".rune/blocks/sha256/bb": "def smooth",
  },
};

function blocksWith(answers: readonly UsableBlocks[]) {
  let requests = 0;
  const onChange = vi.fn();
  const room = {
    names: () => "",
    waitUntilStored: () => Promise.resolve(),
    read: () => Promise.resolve(answers[Math.min(requests++, answers.length - 1)] ?? USABLE),
    onChange,
    write: vi.fn(),
  };
  return { sharedBlocks: new SharedBlocks(room), onChange, requests: () => requests };
}

describe("blocks of other projects", () => {
  it("tells the language when something changed, and only then", async () => {
    const { sharedBlocks, onChange } = blocksWith([USABLE, structuredClone(USABLE), { blocks: [], files: {} }]);
    await sharedBlocks.refresh();
    expect(onChange).toHaveBeenCalledTimes(1);
    const before = sharedBlocks.files().get(".rune/blocks/sha256/bb");
    await sharedBlocks.refresh();
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(sharedBlocks.files().get(".rune/blocks/sha256/bb")).toBe(before);
    await sharedBlocks.refresh();
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(sharedBlocks.files().size).toBe(0);
  });

  it("finds a version's source by its manifest", async () => {
    const { sharedBlocks } = blocksWith([USABLE]);
    await sharedBlocks.refresh();
    const [block] = sharedBlocks.state.getState();
    expect(block && sharedBlocks.source(block, "1.2")).toBe("def smooth");
    expect(block && sharedBlocks.source(block, "9")).toBeNull();
  });

  it("asks once for two who wait", async () => {
    const { sharedBlocks, requests } = blocksWith([USABLE]);
    await Promise.all([sharedBlocks.refresh(), sharedBlocks.refresh()]);
    expect(requests()).toBe(1);
  });
});
