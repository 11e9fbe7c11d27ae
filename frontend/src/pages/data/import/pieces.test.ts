import { describe, expect, it } from "vitest";
import { PIECE, sendPieces } from "./pieces";

const file = (size: number): Blob => new Blob([new Uint8Array(size)]);
const nothing = (): Promise<void> => Promise.resolve();
const ignored = (): void => undefined;

describe("sending a file in pieces", () => {
  it("sends each piece where the last one ended", async () => {
    const pieces: number[][] = [];
    const sent: number[] = [];
    const send = (offset: number, piece: Blob): Promise<number> => {
      pieces.push([offset, piece.size]);
      return Promise.resolve(offset + piece.size);
    };
    expect(await sendPieces(file(PIECE + 5), send, (bytes) => sent.push(bytes), nothing)).toBe("");
    expect(pieces).toEqual([
      [0, PIECE],
      [PIECE, 5],
    ]);
    expect(sent).toEqual([PIECE, PIECE + 5]);
  });

  it("sends a piece again that did not arrive, and gives up after five times", async () => {
    const answers = [null, null, 9];
    const pauses: number[] = [];
    const pause = (attempt: number): Promise<void> => {
      pauses.push(attempt);
      return Promise.resolve();
    };
    const send = (): Promise<number | null> => Promise.resolve(answers.shift() ?? null);
    expect(await sendPieces(file(9), send, ignored, pause)).toBe("");
    expect(pauses).toEqual([1, 2]);
    expect(await sendPieces(file(9), send, ignored, pause)).toContain("cannot be reached");
    expect(pauses).toEqual([1, 2, 1, 2, 3, 4]);
  });

  it("ends with the sentence of a refusal", async () => {
    const refuse = (): Promise<string> => Promise.resolve("The organisation's storage is full.");
    expect(await sendPieces(file(9), refuse, ignored, nothing)).toBe("The organisation's storage is full.");
  });
});
