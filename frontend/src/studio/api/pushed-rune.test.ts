// A rune that was sent ahead is read whole, and a message of another form is passed over.
import { expect, test } from "vitest";
import { readPushedRune } from "./pushed-rune";

function frame(header: string, ...bytes: number[]): ArrayBuffer {
  return Uint8Array.from([...new TextEncoder().encode(header), ...bytes]).buffer;
}

const HEADER = JSON.stringify({ sequence: 7, version: "sha256:files", digest: "sha256:rune" });

test("the header ends at the first line end, and the rune may hold more of them", () => {
  const rune = readPushedRune(frame(HEADER, 10, 0, 97, 10, 255));
  expect(rune).toMatchObject({ sequence: 7, version: "sha256:files", digest: "sha256:rune" });
  expect([...new Uint8Array(rune?.bytes ?? new ArrayBuffer(0))]).toEqual([0, 97, 10, 255]);
});

test.each([
  ["no line end", frame(HEADER)],
  ["no JSON", frame("{", 10, 1)],
  ["null", frame("null", 10, 1)],
  ["no number", frame(JSON.stringify({ sequence: "7", version: "v", digest: "d" }), 10, 1)],
  ["nothing", new ArrayBuffer(0)],
])("%s is passed over", (_, message) => {
  expect(readPushedRune(message)).toBeNull();
});
