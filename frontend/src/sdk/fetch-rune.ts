// Fetches a rune: from a deployment's address, which names the rune's own, or from any address of a file. The bytes are
// compared with the digest that the deployment or the caller names.
import { DeliveryError } from "./errors";

export interface FetchOptions {
  /** The key of the deployment. */
  readonly key?: string;
  /** `sha256:…` of the rune's bytes: any other bytes are refused. */
  readonly digest?: string;
  /**
   * The public key of the organisation, as a PEM text or, in Node and Deno, the path of its file: only a rune that it
   * signed is loaded. For deployments.
   */
  readonly publicKey?: string;
  /**
   * The root document of the organisation's deployments as a text, its digest as `sha256:…` or, in Node and Deno, the
   * path of its file: only what the keys of this root, and of roots that follow it, sign as current is loaded.
   */
  readonly root?: string;
  /**
   * Where the last good rune and the signed documents are stored. In Node and Deno it is a folder. In a browser it is
   * `true`, and need not be given beside `root` or `publicKey`. With `false` nothing is stored, so that an older state
   * is not recognised.
   */
  readonly cache?: string | boolean;
  readonly signal?: AbortSignal;
}

/** A server that sends no byte for so many milliseconds counts as away. */
export const SERVER_TIMEOUT = 10_000;

/** After so many milliseconds, a server that has sent fewer bytes than a kilobyte for each further second counts as away. */
const SLOW_AFTER = 30_000;

/** The server itself is asked: the browser may have stored what a network answered in its place. */
const ANEW = { redirect: "manual", cache: "no-cache" } as const;

/** The release that a deployment says that it serves. */
export interface ServedRelease {
  readonly deployment: string;
  readonly version: string;
  /** Counts up with each change, also when the deployment goes back to an earlier version. */
  readonly release: number;
  /** The digest of the manifest. Signed documents do not name it. */
  readonly digest?: string;
  readonly since: string;
  readonly rune: { readonly digest: string; readonly size: number; readonly url: string };
}

export interface FetchedBytes {
  readonly bytes: ArrayBuffer;
  /** Null where the address is of a file. */
  readonly served: ServedRelease | null;
  /** As in `Rune`. */
  readonly age?: number | null;
  /** Stores the rune for the time when the server is away. It is called after the rune was opened. */
  readonly store?: () => Promise<void>;
}

export async function fetchRune(source: string | URL, options: FetchOptions): Promise<FetchedBytes> {
  // The address of a file may lead to another one. Following a redirect would hand a key to another server.
  const answer = await ask(source, options, options.key === undefined ? { redirect: "follow" } : ANEW);
  if (!isJson(answer)) {
    const bytes = await whole(answer, options);
    if (options.digest !== undefined) await compare(bytes, options.digest);
    return { bytes, served: null };
  }
  const served = asServed(await json(answer, options), source);
  return { bytes: await releaseBytes(served, options), served };
}

/** The bytes of a release, compared with its digest and with the one that the caller names. */
export async function releaseBytes(served: ServedRelease, options: FetchOptions): Promise<ArrayBuffer> {
  const { url, digest } = served.rune;
  // The bytes at this address never change, so the browser may have them.
  const bytes = await whole(await ask(url, runeOptions(options), { redirect: "manual" }), options);
  await compare(bytes, digest);
  if (options.digest !== undefined) await compare(bytes, options.digest);
  return bytes;
}

/**
 * Returns the options for the address of a rune. The one that a deployment gives for a key stands for that key. Signed
 * documents give none: the address below the deployment's own asks for the key.
 */
export function runeOptions({ key, root, signal }: FetchOptions): Pick<FetchOptions, "key" | "signal"> {
  return root === undefined ? { signal } : { key, signal };
}

/** Throws `DeliveryError` where the bytes have another SHA-256. */
export async function compare(bytes: ArrayBuffer, digest: string): Promise<void> {
  // Browsers have it on pages that came over HTTPS or from this computer.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined)
    throw new DeliveryError("not-secure", "Digests can be checked on pages over HTTPS or localhost only. Use HTTPS.");
  const actual = `sha256:${hex(await subtle.digest("SHA-256", bytes))}`;
  if (actual !== digest.toLowerCase())
    throw new DeliveryError("damaged", `The rune has the digest ${actual}, not ${digest}. Load it again.`);
}

export function hex(bytes: Uint8Array | ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Asks an address, and sends it the key if there is one. Throws `DeliveryError`. An answer that is not of the server
 * counts as none: a network that wants a login answers with a page or a redirect in place of every server.
 */
export async function ask(
  url: string | URL,
  options: Pick<FetchOptions, "key" | "signal">,
  how: Pick<RequestInit, "redirect" | "cache"> = ANEW,
): Promise<Response> {
  const { key, signal } = options;
  const keyInit: RequestInit = key === undefined ? {} : { headers: { "x-api-key": key } };
  let answer: Response;
  try {
    const silent = new AbortController();
    const endSignal = signal ? AbortSignal.any([signal, silent.signal]) : silent.signal;
    answer = await patiently(fetch(url, { ...keyInit, ...how, credentials: "omit", signal: endSignal }), () =>
      silent.abort(),
    );
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryError(
      "server-away",
      `${String(url)} did not answer, or this page's origin is not named in the deployment: ${why}`,
    );
  }
  const { status } = answer;
  if (status >= 500) throw awayError(url, `answered ${status}.`, status);
  if (status < 200 || (status >= 300 && status < 400)) throw foreignError(url, "leads to another address", status);
  if (/html\b/.test(typeOf(answer))) throw foreignError(url, "answers with a web page", status);
  if (answer.ok) return answer;
  // Each refusal of a server is JSON.
  if (!isJson(answer)) throw foreignError(url, `answered ${status} without a reason`, status);
  throw await refusalOf(answer, url, options);
}

/** The refusal that a server gives, under the server's own name. */
async function refusalOf(answer: Response, url: string | URL, options: FetchOptions): Promise<DeliveryError> {
  const problem = (await json(answer, options).catch((error: unknown) => {
    if (error instanceof DeliveryError) return null;
    throw error;
  })) as { name?: unknown; detail?: unknown } | null;
  const name = typeof problem?.name === "string" ? problem.name : "refused";
  const detail = typeof problem?.detail === "string" ? problem.detail : `${String(url)} answered ${answer.status}.`;
  return new DeliveryError(name, detail, answer.status);
}

function awayError(url: string | URL, what: string, status: number): DeliveryError {
  return new DeliveryError("server-away", `${String(url)} ${what}`, status || null);
}

function foreignError(url: string | URL, what: string, status: number): DeliveryError {
  const advice = "A network that wants a login does so. Log in to the network, or compare the address.";
  return awayError(url, `${what}. ${advice}`, status);
}

/** Returns all bytes of an answer. Throws `DeliveryError` if the connection ends, falls silent or drips. */
export async function whole(answer: Response, { signal }: FetchOptions): Promise<ArrayBuffer> {
  const reader = answer.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let late = performance.now() + SLOW_AFTER;
  try {
    for (let part = await patiently(reader?.read()); part?.value; part = await patiently(reader?.read())) {
      parts.push(part.value);
      // A byte earns a millisecond.
      late += part.value.length;
      if (performance.now() > late) throw new Error("less than 1 kB came in a second");
    }
    return await new Blob(parts).arrayBuffer();
  } catch (error) {
    void reader?.cancel().catch(() => undefined);
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryError("server-away", `${answer.url} sent a part of its answer: ${why}. Load it again.`);
  }
}

/** Waits for the next bytes of a server, and no longer than it may be silent. */
async function patiently<Value>(next: Value | Promise<Value>, giveUp?: () => void): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no byte came for ${SERVER_TIMEOUT / 1000} seconds`));
      giveUp?.();
    }, SERVER_TIMEOUT);
  });
  return Promise.race([next, late]).finally(() => clearTimeout(timer));
}

/** Returns the value in an answer. One that is not JSON is not of the server. Throws `DeliveryError`. */
export async function json(answer: Response, options: FetchOptions): Promise<unknown> {
  return parsed(new TextDecoder().decode(await jsonBytes(answer, options)), answer);
}

/** The bytes of an answer that says that it is JSON. Throws `DeliveryError`. */
export async function jsonBytes(answer: Response, options: FetchOptions): Promise<ArrayBuffer> {
  const { url, status } = answer;
  if (/^application\/(?:wasm|octet-stream)\b/.test(typeOf(answer))) {
    const need = "`root`, `publicKey` and `cache` need the address of a deployment.";
    throw new DeliveryError("refused", `${url} is the address of a file. ${need}`, status);
  }
  if (!isJson(answer)) throw foreignError(url, "answers with something that is not JSON", status);
  return whole(answer, options);
}

/** The value in the text of an answer. Throws `DeliveryError`. */
export function parsed(text: string, { url, status }: Response): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw foreignError(url, "answers with JSON that is not valid", status);
  }
}

export function isJson(answer: Response): boolean {
  return /[/+]json\b/.test(typeOf(answer));
}

function typeOf(answer: Response): string {
  return answer.headers.get("content-type") ?? "";
}

/** Checks that an answer is one of a deployment's address, and names a rune on its server. Throws `DeliveryError`. */
export function asServed(value: unknown, source: string | URL): ServedRelease {
  const { rune } = (value ?? {}) as Partial<ServedRelease>;
  if (typeof rune?.url !== "string" || typeof rune.digest !== "string")
    throw new DeliveryError("refused", "The address answers with JSON that is not of a deployment.");
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(rune.url) || new URL(rune.url).origin !== new URL(source, page).origin)
    throw new DeliveryError("refused", `The deployment names a rune on another server: ${rune.url}`);
  return value as ServedRelease;
}
