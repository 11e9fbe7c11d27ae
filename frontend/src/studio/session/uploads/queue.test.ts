import { expect, test, vi } from "vitest";
import { upload } from "../../api/upload";
import { Uploads } from "./queue";

vi.mock("../../api/upload", () => ({ upload: vi.fn() }));

test("a path takes one file at a time", async () => {
  const ends: (() => void)[] = [];
  vi.mocked(upload).mockImplementation(() => new Promise((resolve) => ends.push(() => resolve(""))));
  const uploads = new Uploads({
    address: (path) => path,
    unpackAddress: (folder) => folder,
    token: () => "t",
    limit: 10,
    explain: (error) => Promise.resolve(error),
  });
  const file = new File(["a"], "a.wav");
  const first = uploads.send("a.wav", file);
  expect(await uploads.send("a.wav", file)).toBe(false);
  expect(upload).toHaveBeenCalledTimes(1);
  const rows = uploads.state.getState();
  expect(rows.map(({ path, refusal }) => [path, refusal === null])).toEqual([
    ["a.wav", true],
    ["a.wav", false],
  ]);
  ends[0]?.();
  expect(await first).toBe(true);
  const again = uploads.send("a.wav", file);
  await Promise.resolve();
  ends[1]?.();
  expect(await again).toBe(true);
  expect(uploads.state.getState()).toEqual([]);
});
