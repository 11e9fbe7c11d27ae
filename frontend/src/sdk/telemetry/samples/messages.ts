// Sends windows that a person ticked, and takes them back. The same fields as
// forge/telemetry/sample_requests/from_pages/messages.py.

/** A yes, as each window names it. */
export interface Yes {
  readonly request: string;
  readonly secret: string;
  readonly purposes: readonly string[];
  /** The digest of the text that the person read. */
  readonly terms: string;
}

/** A new secret of 64 hexadecimal digits, which is sent with each window and takes all of them back. */
export function newSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends a window as a WAV file. Returns why it was not taken; "" of one that is taken. */
export function sendWindow(url: string, yes: Yes, wav: ArrayBuffer): Promise<string> {
  return post(url, JSON.stringify({ ...yes, data: base64(new Uint8Array(wav)) }));
}

/** Deletes all that was sent with a secret. Returns why that failed; "" once it is gone. */
export function takeBack(url: string, secret: string): Promise<string> {
  return post(url, JSON.stringify({ secret }));
}

/** Posts a text without a header of ours: the browser asks nothing before. */
async function post(url: string, body: string): Promise<string> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
    if (answer.ok) return "";
    const { detail } = (await answer.json()) as { detail?: unknown };
    return typeof detail === "string" ? detail : `The server answered with ${answer.status}.`;
  } catch {
    return "The server could not be reached.";
  }
}

/** In parts: a function takes no million arguments. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
