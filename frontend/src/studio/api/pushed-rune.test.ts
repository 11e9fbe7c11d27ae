// A rune that was sent ahead is read whole.
import { expect, test } from "vitest";
import { readPushedRune } from "./pushed-rune";

test("the header ends at the first line end, and the rune may hold more of them", () => {
  const header = { sequence: 7, version: "sha256:files", digest: "sha256:rune" };
  const frame = Uint8Array.from([...new TextEncoder().encode(JSON.stringify(header)), 10, 0, 97, 10, 255]).buffer;
  const { bytes, ...rest } = readPushedRune(frame);
  expect(rest).toEqual(header);
  expect([...new Uint8Array(bytes)]).toEqual([0, 97, 10, 255]);
});
