import { describe, expect, it } from "vitest";
import { PIECE, sendPieces, type PieceAnswer, type Receiver } from "./pieces";

const file = (size: number): Blob => new Blob([new Uint8Array(size)]);
const nothing = (): Promise<void> => Promise.resolve();
const ignore = (): void => undefined;
const receiver = (
  send: (offset: number, piece: Blob) => PieceAnswer,
  receivedBytes: () => PieceAnswer = () => null,
): Receiver => ({
  send: (offset, piece) => Promise.resolve(send(offset, piece)),
  receivedBytes: () => Promise.resolve(receivedBytes()),
});

describe("sending a file in pieces", () => {
  it("sends each piece where the last one ended", async () => {
    const pieces: number[][] = [];
    const progress: number[] = [];
    const server = receiver((offset, piece) => {
      pieces.push([offset, piece.size]);
      return offset + piece.size;
    });
    expect(await sendPieces(file(PIECE + 5), server, (bytes) => progress.push(bytes), nothing)).toBe("");
    expect(pieces).toEqual([
      [0, PIECE],
      [PIECE, 5],
    ]);
    expect(progress).toEqual([PIECE, PIECE + 5]);
  });

  it("sends a piece again that did not arrive, and gives up after five times", async () => {
    const answers = [null, null, 9];
    const pauses: number[] = [];
    const pause = (attempt: number): Promise<void> => {
      pauses.push(attempt);
      return Promise.resolve();
    };
    const server = receiver(
      () => answers.shift() ?? null,
      () => 0,
    );
    expect(await sendPieces(file(9), server, ignore, pause)).toBe("");
    expect(pauses).toEqual([1, 2]);
    expect(await sendPieces(file(9), server, ignore, pause)).toContain("cannot be reached");
    expect(pauses).toEqual([1, 2, 1, 2, 3, 4]);
  });

  it("goes on behind a piece that arrived where only its answer is lost", async () => {
    let has = 0;
    const offsets: number[] = [];
    const server = receiver(
      (offset, piece) => {
        offsets.push(offset);
        if (offset !== has) return "The offset is wrong.";
        has += piece.size;
        return offsets.length % 2 === 0 ? has : null;
      },
      () => has,
    );
    expect(await sendPieces(file(2 * PIECE + 5), server, ignore, nothing)).toBe("");
    expect(offsets).toEqual([0, PIECE, 2 * PIECE]);
  });

  it("ends with the sentence of a refusal", async () => {
    const full = "The organisation's storage is full.";
    const refusing = receiver(() => full);
    expect(await sendPieces(file(9), refusing, ignore, nothing)).toBe(full);
    const emptyReceiver = receiver(
      () => null,
      () => "Nothing is here.",
    );
    expect(await sendPieces(file(9), emptyReceiver, ignore, nothing)).toBe("Nothing is here.");
  });
});
