// The firmware of a build, asked of the server, which makes it where nobody wanted it before.
import { readDescription, type Firmware } from "./file";

const LOOK_EVERY = 1000;
/** Milliseconds after which it is asked for again: a message to a worker may be lost. */
const ASK_AGAIN = 45_000;
const GIVE_UP = 300_000;

interface FirmwareStatus {
  readonly state: "missing" | "made" | "refused";
  readonly reason?: string;
  readonly uf2_url?: string;
  readonly description?: unknown;
}

/** Rejects with an Error whose message is for a person, also where there is none of this rune. */
export async function fetchFirmware(address: string, token: () => string, signal: AbortSignal): Promise<Firmware> {
  const begin = performance.now();
  let lastRequest = -Infinity;
  for (;;) {
    const now = performance.now();
    const isRequest = now - lastRequest > ASK_AGAIN;
    if (isRequest) lastRequest = now;
    const status = await tell(address, isRequest ? token() : null, signal);
    if (status.state === "refused") throw new Error(status.reason ?? "There is no firmware of this rune.");
    if (status.state === "made" && status.uf2_url !== undefined) {
      const response = await answerOf(fetch(status.uf2_url, { signal }), signal);
      return {
        uf2: new Uint8Array(await response.arrayBuffer()),
        description: readDescription(status.description),
      };
    }
    if (now - begin > GIVE_UP) throw new Error("The firmware was not made within five minutes. Try again later.");
    await rest(LOOK_EVERY, signal);
  }
}

async function tell(address: string, token: string | null, signal: AbortSignal): Promise<FirmwareStatus> {
  const init = token === null ? {} : { method: "POST", headers: { "X-CSRFToken": token } };
  return (await (await answerOf(fetch(address, { ...init, signal }), signal)).json()) as FirmwareStatus;
}

async function answerOf(pending: Promise<Response>, signal: AbortSignal): Promise<Response> {
  const response = await pending.catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error("The firmware could not be fetched. Check the connection and try again.");
  });
  if (!response.ok) throw new Error(await refusalOf(response));
  return response;
}

/** The server's reason for a refusal, where it gives one. */
async function refusalOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { readonly detail?: unknown } | null;
  return typeof body?.detail === "string" && body.detail !== ""
    ? body.detail
    : `The server could not give the firmware (${response.status}). Try again in a moment.`;
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("The download was cancelled."));
    });
  });
}
