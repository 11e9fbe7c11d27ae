// The client of The Update Framework (TUF): from a root that is trusted to what the deployment serves today. An attacker
// who answers in the server's place can serve neither an old state nor a mix of two.
import { DeliveryError } from "../errors";
import { refusalError } from "../signature";
import { type FileMeta, type Role, sha256, type SignedMetadata, type TargetFile, verifiedDocument } from "./documents";

/** The documents that were verified before, as texts: an older state is recognised by them. */
export type SeenDocuments = { [role in Role]?: string };

/** Fetches a document by its file name, and tells the clock of the server. Throws `DeliveryError`. */
export interface DocumentServer {
  document(file: string, limit: number): Promise<string>;
  readonly date: number;
}

const MOST_ROOTS = 100;
const LIMITS = { root: 524_288, timestamp: 16_384, snapshot: 65_536, targets: 262_144 };
const CLOCK_TOLERANCE = 3_600_000;

/**
 * Returns what is signed as current for the deployment of this name. `root` is the document that is trusted.
 * `seenDocuments` has what was verified before, and gets each document that is verified now. `now` is in milliseconds
 * since 1970.
 * Throws `DeliveryError`: `expired`, `clock-wrong`, `older`, `mixed`, `signature-refused`, or what the server refused.
 */
export async function currentTarget(
  server: DocumentServer,
  name: string,
  root: string,
  seenDocuments: SeenDocuments,
  now: number,
): Promise<TargetFile> {
  const trustedRoot = await newestRoot(server, root, seenDocuments);
  requireValid(trustedRoot, server, now);
  const timestamp = await newestTimestamp(server, trustedRoot, seenDocuments, now);
  const snapshot = await namedDocument(
    server,
    "snapshot",
    metaOf(timestamp, "snapshot.json"),
    trustedRoot,
    seenDocuments,
    now,
  );
  const targets = await namedDocument(
    server,
    "targets",
    metaOf(snapshot, "targets.json"),
    trustedRoot,
    seenDocuments,
    now,
  );
  if (!Object.hasOwn(targets.targets, name))
    throw new DeliveryError("mixed", "The signed documents are those of another deployment.");
  const target = targets.targets[name] as TargetFile;
  if (now < Date.parse(target.custom.since) - CLOCK_TOLERANCE)
    throw wrongClock(now, `which is before the release of ${target.custom.version} on ${target.custom.since}`);
  return target;
}

/** The root document with a digest: one of those that the server has. Throws `DeliveryError`. */
export async function pinnedRoot(server: DocumentServer, digest: string): Promise<string> {
  for (let version = 1; version <= MOST_ROOTS; version++) {
    const text = await rootOf(server, version);
    if (text === null) break;
    if (`sha256:${await sha256(text)}` === digest) return text;
  }
  throw refusalError(`No root document of the server has the digest ${digest}.`);
}

/** Follows the roots, each signed by the keys of the one before. */
async function newestRoot(server: DocumentServer, root: string, seenDocuments: SeenDocuments): Promise<SignedMetadata> {
  let trustedRoot = await verifiedDocument(seenDocuments.root ?? root, "root");
  seenDocuments.root ??= root;
  for (let count = 0; count < MOST_ROOTS; count++) {
    const text = await rootOf(server, trustedRoot.version + 1);
    if (text === null) break;
    const next = await verifiedDocument(text, "root", trustedRoot);
    if (next.version !== trustedRoot.version + 1)
      throw older(`root ${next.version} in place of ${trustedRoot.version + 1}`);
    [trustedRoot, seenDocuments.root] = [next, text];
  }
  return trustedRoot;
}

async function rootOf(server: DocumentServer, version: number): Promise<string | null> {
  try {
    return await server.document(`${version}.root.json`, LIMITS.root);
  } catch (error) {
    // Any other refusal is no sign that there is no newer root.
    if (error instanceof DeliveryError && error.name === "document-unknown") return null;
    throw error;
  }
}

async function newestTimestamp(
  server: DocumentServer,
  root: SignedMetadata,
  seenDocuments: SeenDocuments,
  now: number,
): Promise<SignedMetadata> {
  const before = await rememberedDocument("timestamp", root, seenDocuments);
  const text = await server.document("timestamp.json", LIMITS.timestamp);
  const timestamp = await verifiedDocument(text, "timestamp", root);
  if (before !== null) {
    requireNotOlder(timestamp.version, before.version, "timestamp");
    requireNotOlder(metaOf(timestamp, "snapshot.json").version, metaOf(before, "snapshot.json").version, "snapshot");
  }
  // Among two with one version, the one that was seen first counts.
  const counts = before !== null && timestamp.version === before.version ? before : timestamp;
  if (counts === timestamp) seenDocuments.timestamp = text;
  requireValid(counts, server, now);
  return counts;
}

/** Returns the document that another one names. Asks the server if it was not seen before. */
async function namedDocument(
  server: DocumentServer,
  role: "snapshot" | "targets",
  meta: FileMeta,
  root: SignedMetadata,
  seenDocuments: SeenDocuments,
  now: number,
): Promise<SignedMetadata> {
  const before = await rememberedDocument(role, root, seenDocuments);
  let text = seenDocuments[role];
  if (text === undefined || before === null || (await sha256(text)) !== meta.hashes.sha256) {
    text = await server.document(`${meta.version}.${role}.json`, LIMITS[role]);
    if ((await sha256(text)) !== meta.hashes.sha256)
      throw new DeliveryError("mixed", `The server mixes documents of different states: ${role} ${meta.version}.`);
  }
  const document = await verifiedDocument(text, role, root);
  if (document.version !== meta.version) throw older(`${role} ${document.version} in place of ${meta.version}`);
  if (role === "snapshot" && before !== null)
    requireNotOlder(metaOf(document, "targets.json").version, metaOf(before, "targets.json").version, "targets");
  requireValid(document, server, now);
  seenDocuments[role] = text;
  return document;
}

/** Returns the document that was verified before, or null if there is none or if today's keys did not sign it. */
async function rememberedDocument(
  role: Role,
  root: SignedMetadata,
  seenDocuments: SeenDocuments,
): Promise<SignedMetadata | null> {
  const text = seenDocuments[role];
  return text === undefined ? null : verifiedDocument(text, role, root).catch(() => null);
}

function metaOf(document: SignedMetadata, file: string): FileMeta {
  const meta = document.meta[file];
  if (meta === undefined) throw refusalError(`A signed document does not name ${file}.`);
  return meta;
}

function requireNotOlder(version: number, before: number, role: Role): void {
  if (!(version >= before)) throw older(`${role} ${version}, and ${before} was seen before`);
}

/** Either somebody holds back newer documents, or the clock of this computer is wrong. Both load nothing. */
function requireValid({ _type, expires }: SignedMetadata, server: DocumentServer, now: number): void {
  if (now < Date.parse(expires)) return;
  if (Math.abs(now - server.date) > CLOCK_TOLERANCE)
    throw wrongClock(now, `and that of the server ${new Date(server.date).toISOString()}`);
  throw new DeliveryError(
    "expired",
    `The server's newest documents have ended (${_type}: ${expires}). Somebody may hold back newer ones.`,
  );
}

function wrongClock(now: number, why: string): DeliveryError {
  const here = new Date(now).toISOString();
  return new DeliveryError("clock-wrong", `The clock of this computer says ${here}, ${why}. Set the clock.`);
}

function older(what: string): DeliveryError {
  return new DeliveryError("older", `The server sends documents of an older state: ${what}.`);
}
