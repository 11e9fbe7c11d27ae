// The bytes of a rune, with how much of them is there.

/** Rejects with an Error whose message is for a person. */
export async function fetchRune(
  address: string,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<ArrayBuffer> {
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error("The rune could not be fetched. Check the connection and try again.");
  });
  if (!response.ok) {
    throw new Error(
      response.status === 404 || response.status === 403
        ? "This rune is not there any more, or not for you. Ask who sent you the link."
        : `The server could not give the rune (${response.status}). Try again in a moment.`,
    );
  }
  const total = Number(response.headers.get("Content-Length"));
  if (response.body === null || !(total > 0)) return response.arrayBuffer();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    onShare(Math.min(1, received / total));
  }
  return new Blob(parts).arrayBuffer();
}
