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
      (await isSignedOut(response.status))
        ? "You are signed out. Sign in again in another tab, then try again."
        : response.status === 404 || response.status === 403
          ? "This rune no longer exists, or you have no access to it. Ask the person who sent you the link."
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

/** The server answers alike to what is forbidden and what is not there; whether anybody is signed in says the session. */
async function isSignedOut(status: number): Promise<boolean> {
  // A visitor, and a phone with its pass, never were signed in.
  if (document.body.dataset["person"] === undefined || ![401, 403, 404].includes(status)) return false;
  try {
    const response = await fetch("/accounts/session", { credentials: "same-origin" });
    return response.ok && ((await response.json()) as { readonly person: unknown }).person === null;
  } catch {
    return false;
  }
}
