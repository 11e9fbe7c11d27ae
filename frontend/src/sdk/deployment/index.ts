// Loading a deployment with memory: the last good rune is used while the server is away, an older release is refused,
// and with a root only what its keys sign as current is loaded. `load` imports this where an option asks for it.
import { DeliveryError } from "../errors";
import {
  ask,
  asServed,
  compare,
  type FetchedBytes,
  type FetchOptions,
  json,
  jsonBytes,
  parsed,
  SERVER_TIMEOUT,
  releaseBytes,
  runeOptions,
  type ServedRelease,
} from "../fetch-rune";
import { sha256 } from "./documents";
import { refusalError, requireSignature, type Signatures } from "../signature";
import { browserStore, fileText, folderStore, type Store } from "./store";
import { currentTarget, type DocumentServer, pinnedRoot, type SeenDocuments } from "./updates";

interface LastGood {
  readonly served: ServedRelease;
  readonly bytes: ArrayBuffer;
  /** The time at which its server last named it as current, in milliseconds since 1970. */
  readonly confirmed: number;
}

/** Fetches the rune that a deployment serves, or takes the stored one while its server is away. Throws `DeliveryError`. */
export async function fetchRelease(source: string | URL, named: FetchOptions): Promise<FetchedBytes> {
  const options = await withTexts(named);
  const url = String(source).replace(/\/+$/, "");
  const store = await openStore(url, options);
  const last = await readLast(store);
  try {
    const served =
      options.root === undefined
        ? await inTime(options, (patient) => namedRelease(url, patient))
        : await signedRelease(url, options.root, options, store);
    if (last !== null && served.release < last.served.release) {
      const message = `The server names release ${served.release}, and named release ${last.served.release} before.`;
      throw new DeliveryError("older", message);
    }
    const isStored = last?.served.rune.digest === served.rune.digest;
    const bytes = isStored ? last.bytes : await releaseBytes(served, options);
    if (isStored && options.digest !== undefined) await compare(bytes, options.digest);
    if (options.publicKey !== undefined) await requireSigned(served, options.publicKey, options);
    return { bytes, served, age: null, store: () => writeLast(store, served, bytes, last) };
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.name !== "server-away") throw error;
    if (last === null) throw new DeliveryError("server-away", `${error.message} Nothing is stored of an earlier load.`);
    if (options.digest !== undefined) await compare(last.bytes, options.digest);
    return { bytes: last.bytes, served: last.served, age: Math.max(0, Date.now() - last.confirmed) };
  }
}

/** The same options with the texts of the public key and of the root, which Node and Deno also read from files. */
async function withTexts(options: FetchOptions): Promise<FetchOptions> {
  const { publicKey, root } = options;
  return {
    ...options,
    ...(publicKey !== undefined && { publicKey: await textOf(publicKey, /-----BEGIN/, "publicKey") }),
    ...(root !== undefined && { root: await textOf(root, /^sha256:|^\s*\{/, "root") }),
  };
}

async function textOf(value: string, form: RegExp, option: string): Promise<string> {
  if (form.test(value)) return value;
  const reads = "process" in globalThis;
  const text = reads ? await fileText(value).catch(() => "") : "";
  if (form.test(text)) return text;
  const expected = reads ? "the text itself nor the path of its file" : "the text itself, and a page reads no files";
  throw refusalError(`\`${option}\` is neither ${expected}: ${value.slice(0, 80)}`);
}

/** Throws `DeliveryError` unless the key signed what is served. */
async function requireSigned({ rune }: ServedRelease, publicKey: string, options: FetchOptions): Promise<void> {
  const signatures = await inTime(options, async (patient) =>
    json(await ask(`${rune.url}/signatures`, runeOptions(patient)), patient),
  );
  await requireSignature(signatures as Signatures, rune.digest, publicKey);
}

/** Opens the store of a deployment. Each key and each root has one of its own: what another one proved does not count. */
async function openStore(url: string, { cache, publicKey, root }: FetchOptions): Promise<Store | null> {
  if (cache === false) return null;
  // A root and its digest are the same trust.
  const pin = root === undefined || root.startsWith("sha256:") ? root : `sha256:${await sha256(root)}`;
  const id = (await sha256([url, publicKey ?? "", pin ?? ""].join("\n"))).slice(0, 32);
  if ("indexedDB" in globalThis) return browserStore(id);
  if (typeof cache === "string") return folderStore(cache, id);
  throw new DeliveryError("cache-unwritable", "Name a folder as `cache`, or `false` to store nothing.");
}

/** The release that the address names, without signed documents. */
async function namedRelease(url: string, options: FetchOptions): Promise<ServedRelease> {
  return asServed(await json(await ask(url, options), options), url);
}

/** The release that the documents of today name. */
async function signedRelease(
  url: string,
  root: string,
  options: FetchOptions,
  store: Store | null,
): Promise<ServedRelease> {
  const server: DocumentServer & { date: number } = {
    date: NaN,
    async document(file, limit) {
      return inTime(options, async (patient) => {
        const answer = await ask(`${url}/tuf/${file}`, patient);
        this.date = Date.parse(answer.headers.get("date") ?? "");
        const bytes = await jsonBytes(answer, patient);
        if (bytes.byteLength > limit) throw new DeliveryError("damaged", `${file} has more than ${limit} bytes.`);
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        parsed(text, answer);
        return text;
      });
    },
  };
  const before = await remember(async () => store?.read("seen.json"));
  const { pinned, ...seenDocuments } = seenIn(before);
  const trustedRoot = root.startsWith("sha256:") ? (pinned ?? (await pinnedRoot(server, root))) : root;
  const name = decodeURIComponent(new URL(url).pathname.split("/d/")[1] ?? "");
  try {
    const { custom, hashes, length } = await currentTarget(server, name, trustedRoot, seenDocuments, Date.now());
    const digest = `sha256:${hashes.sha256}`;
    const rune = { digest, size: length, url: `${url}/${digest}` };
    return { deployment: name.split("/").pop() ?? name, ...custom, rune };
  } catch (error) {
    // The keys signed a document without a field that those of a deployment have.
    throw error instanceof TypeError ? refusalError(`A signed document cannot be read: ${error.message}.`) : error;
  } finally {
    const text = JSON.stringify({ ...seenDocuments, pinned: trustedRoot });
    await remember(async () => store?.write("seen.json", new TextEncoder().encode(text)));
  }
}

/** Gives up if a document has not come as a whole after `SERVER_TIMEOUT`. A rune may take longer, as long as bytes come. */
async function inTime<Value>(options: FetchOptions, act: (options: FetchOptions) => Promise<Value>): Promise<Value> {
  const late = AbortSignal.timeout(SERVER_TIMEOUT);
  const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
  return act({ ...options, signal }).catch((error: unknown) => {
    if (error !== late.reason) throw error;
    throw new DeliveryError("server-away", `The server did not answer within ${SERVER_TIMEOUT / 1000} seconds.`);
  });
}

/** Reads or writes what was seen. If that fails, an older state could not be recognised, so nothing is loaded. */
async function remember<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryError("cache-unwritable", `The state of the deployment cannot be stored: ${why}.`);
  }
}

/** Returns the documents in a record. From a damaged record it returns none, and they are fetched again. */
function seenIn(record: Uint8Array<ArrayBuffer> | null | undefined): SeenDocuments & { readonly pinned?: string } {
  try {
    return record ? parseObject(record) : {};
  } catch {
    return {};
  }
}

/** Returns the last good rune, or null if none is stored or if it is damaged. */
async function readLast(store: Store | null): Promise<LastGood | null> {
  try {
    const record = await store?.read("served.json");
    if (store === null || !record) return null;
    const { served, confirmed } = parseObject(record) as LastGood;
    const bytes = (await store.read(fileOf(served)))?.buffer;
    if (bytes === undefined) return null;
    await compare(bytes, served.rune.digest);
    return { served, bytes, confirmed };
  } catch {
    return null;
  }
}

/** Stores a rune in place of the last one. A store that cannot be written is no error here. */
async function writeLast(
  store: Store | null,
  served: ServedRelease,
  bytes: ArrayBuffer,
  last: LastGood | null,
): Promise<void> {
  try {
    if (last === null || fileOf(last.served) !== fileOf(served))
      await store?.write(fileOf(served), new Uint8Array(bytes));
    const record = JSON.stringify({ served, confirmed: Date.now() });
    await store?.write("served.json", new TextEncoder().encode(record));
    if (last !== null && fileOf(last.served) !== fileOf(served)) await store?.remove(fileOf(last.served));
  } catch {
    // The next load asks the server for all of it.
  }
}

function fileOf({ rune }: ServedRelease): string {
  return `${rune.digest.replace(/[^0-9a-f]/g, "")}.rune`;
}

function parseObject(bytes: Uint8Array<ArrayBuffer>): object {
  return JSON.parse(new TextDecoder().decode(bytes)) as object;
}
