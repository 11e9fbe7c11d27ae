// Sending a file in pieces that go on after an interruption.

/** Bytes of a piece. */
export const PIECE = 8_000_000;
const TRIES = 5;

/** Sends the piece that begins at `offset`. Answers how many bytes the server has, or the sentence of a refusal. */
export type SendPiece = (offset: number, piece: Blob) => Promise<number | string | null>;

/** Sends a file in pieces. A piece that does not arrive (`null`) is sent again, at most five times in a row. Answers "" or why
 * it ended. */
export async function sendPieces(
  file: Blob,
  send: SendPiece,
  onSent: (bytes: number) => void,
  pause: (attempt: number) => Promise<void>,
): Promise<string> {
  let sent = 0;
  let failures = 0;
  while (sent < file.size) {
    const answer = await send(sent, file.slice(sent, sent + PIECE));
    if (typeof answer === "string") return answer;
    if (answer === null) {
      failures += 1;
      if (failures === TRIES) return "The server cannot be reached. Send the file again later.";
      await pause(failures);
      continue;
    }
    failures = 0;
    sent = answer;
    onSent(sent);
  }
  return "";
}
