// Fetches a rune: from a deployment's address, which names the rune's own, or from any address of a file. The bytes are
// compared with the digest that the deployment or the caller names.
import { DeliveryError } from "./errors";
import { requireSignature, type Signatures } from "./signature";

export interface FetchOptions {
  /** The key of the deployment. */
  readonly key?: string;
  /** `sha256:…` of the rune's bytes: any other bytes are refused. */
  readonly digest?: string;
  /** The public key of the organisation, as a PEM text: only a rune that it signed is loaded. For deployments. */
  readonly publicKey?: string;
  readonly signal?: AbortSignal;
}

/** The release that a deployment says that it serves. */
export interface Served {
  readonly deployment: string;
  readonly version: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly since: string;
  readonly rune: { readonly digest: string; readonly size: number; readonly url: string };
}

export interface Fetched {
  readonly bytes: ArrayBuffer;
  /** Null where the address is of a file. */
  readonly served: Served | null;
}

export async function fetchRune(source: string | URL, options: FetchOptions): Promise<Fetched> {
  const answer = await ask(source, options, options.key === undefined ? {} : { "x-api-key": options.key });
  if (!isJson(answer)) {
    if (options.publicKey !== undefined)
      throw new DeliveryError("signature-refused", "Signatures are checked where the address is of a deployment.");
    const bytes = await whole(answer, options);
    if (options.digest !== undefined) await compare(bytes, options.digest);
    return { bytes, served: null };
  }
  const served = asServed(await json(answer, options));
  const file = await ask(served.rune.url, options, {});
  const bytes = await whole(file, options);
  await compare(bytes, served.rune.digest);
  if (options.publicKey !== undefined) {
    const signatures = await ask(`${served.rune.url}/signatures`, options, {});
    await requireSignature((await json(signatures, options)) as Signatures, served.rune.digest, options.publicKey);
  }
  if (options.digest !== undefined) await compare(bytes, options.digest);
  return { bytes, served };
}

/** Throws `DeliveryError` where the bytes have another SHA-256. */
export async function compare(bytes: ArrayBuffer, digest: string): Promise<void> {
  // Browsers have it on pages that came over HTTPS or from this computer.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined)
    throw new DeliveryError("not-secure", "Digests can be checked on pages over HTTPS or localhost only. Use HTTPS.");
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const actual = `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  if (actual !== digest.toLowerCase())
    throw new DeliveryError("damaged", `The rune has the digest ${actual}, not ${digest}. Load it again.`);
}

async function ask(url: string | URL, options: FetchOptions, headers: Record<string, string>): Promise<Response> {
  const { signal } = options;
  let answer: Response;
  try {
    answer = await fetch(url, { headers, credentials: "omit", ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryError(
      "server-away",
      `${String(url)} did not answer, or this page's origin is not named in the deployment: ${why}`,
    );
  }
  if (answer.ok) return answer;
  const problem = isJson(answer)
    ? (((await json(answer, options)) as { name?: unknown; detail?: unknown } | null) ?? {})
    : {};
  const name = typeof problem.name === "string" ? problem.name : "refused";
  const detail = typeof problem.detail === "string" ? problem.detail : `${String(url)} answered ${answer.status}.`;
  throw new DeliveryError(name, detail, answer.status);
}

/** Throws `DeliveryError` where the connection ends before all bytes came. */
async function whole(answer: Response, { signal }: FetchOptions): Promise<ArrayBuffer> {
  try {
    return await answer.arrayBuffer();
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryError("server-away", `${answer.url} sent a part of its answer: ${why}. Load it again.`);
  }
}

async function json(answer: Response, options: FetchOptions): Promise<unknown> {
  const text = new TextDecoder().decode(await whole(answer, options));
  try {
    return JSON.parse(text);
  } catch {
    throw new DeliveryError("refused", `${answer.url} answers with JSON that is not valid.`, answer.status);
  }
}

function isJson(answer: Response): boolean {
  return /[/+]json\b/.test(answer.headers.get("content-type") ?? "");
}

function asServed(value: unknown): Served {
  const { rune } = (value ?? {}) as Partial<Served>;
  if (typeof rune?.url !== "string" || typeof rune.digest !== "string")
    throw new DeliveryError("refused", "The address answers with JSON that is not of a deployment.");
  return value as Served;
}
