// Sending a file in pieces that go on after an interruption.

/** Bytes of a piece. */
export const PIECE = 8_000_000;
const TRIES = 5;

/** How many bytes the server has, or the sentence of a refusal, or `null` where it did not say. */
export type PieceAnswer = number | string | null;

/** Where a file is sent. */
export interface Receiver {
  /** Sends the piece that begins at `offset`. Where the answer is `null`, the piece may have arrived. */
  send(offset: number, piece: Blob): Promise<PieceAnswer>;
  receivedBytes(): Promise<PieceAnswer>;
}

/** Sends a file in pieces. After a piece without an answer, it goes on at the bytes that the server has; it gives up after
 * five times in a row in which none arrived. Answers "" or why it ended. */
export async function sendPieces(
  file: Blob,
  receiver: Receiver,
  onSent: (bytes: number) => void,
  pause: (attempt: number) => Promise<void>,
): Promise<string> {
  let sentBytes = 0;
  let failures = 0;
  while (sentBytes < file.size) {
    let answer = await receiver.send(sentBytes, file.slice(sentBytes, sentBytes + PIECE));
    if (answer === null) {
      failures += 1;
      if (failures === TRIES) return "The server cannot be reached. Send the file again later.";
      await pause(failures);
      answer = await receiver.receivedBytes();
    }
    if (typeof answer === "string") return answer;
    if (answer === null || answer === sentBytes) continue;
    failures = 0;
    sentBytes = answer;
    onSent(sentBytes);
  }
  return "";
}
