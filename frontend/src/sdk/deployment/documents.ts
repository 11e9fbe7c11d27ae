// The documents of The Update Framework (TUF): reading one, and whether the keys of a role signed it.
import type { Bytes } from "../../runtime/types";
import { DeliveryError } from "../errors";
import { hex } from "../fetch-rune";
import { derOfPem, refusalError, verifier } from "../signature";
import { canonical } from "./canonical";

export type Role = "root" | "timestamp" | "snapshot" | "targets";

interface Key {
  readonly keytype: string;
  readonly keyval: { readonly public: string };
}

/** How one document names another. */
export interface FileMeta {
  readonly version: number;
  readonly length: number;
  readonly hashes: { readonly sha256: string };
}

export interface TargetFile {
  readonly length: number;
  readonly hashes: { readonly sha256: string };
  readonly custom: { readonly version: string; readonly release: number; readonly since: string };
}

/** The signed part of a document, with the fields of all roles: those of its own role are there once it is verified. */
export interface SignedMetadata {
  readonly _type: string;
  readonly spec_version: string;
  readonly version: number;
  readonly expires: string;
  readonly keys: Readonly<Record<string, Key>>;
  readonly roles: Readonly<Record<Role, { readonly keyids: readonly string[]; readonly threshold: number }>>;
  readonly meta: Readonly<Record<string, FileMeta>>;
  readonly targets: Readonly<Record<string, TargetFile>>;
}

interface Document {
  readonly signed: SignedMetadata;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** The part of a SubjectPublicKeyInfo that is in front of the 32 bytes of an Ed25519 key, in hexadecimal. */
const ED25519 = "302a300506032b6570032100";

/** Reads a document that the keys of its role signed, as each of the roots names them. Throws `DeliveryError`. */
export async function verifiedDocument(
  text: string,
  role: Role,
  ...roots: readonly SignedMetadata[]
): Promise<SignedMetadata> {
  try {
    const document = JSON.parse(text) as Document;
    const { signed } = document;
    // A new root is signed by the keys that it names, too.
    for (const root of role === "root" ? [...roots, signed] : roots) await requireThreshold(document, role, root);
    if (signed._type === role && /^1\./.test(signed.spec_version) && signed.version > 0) return signed;
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    throw refusalError(`A signed document cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  throw refusalError(`The server sent another document for the role ${role}.`);
}

async function requireThreshold({ signed, signatures }: Document, role: Role, root: SignedMetadata): Promise<void> {
  const data = new TextEncoder().encode(canonical(signed));
  const { keyids, threshold } = root.roles[role];
  // By the key and not by its name, so that one key does not count twice.
  const agreeingKeys = new Set<string>();
  for (const { keyid, sig } of signatures) {
    const key = keyids.includes(keyid) ? root.keys[keyid] : undefined;
    if (key === undefined) continue;
    const der = key.keytype === "ed25519" ? fromHex(ED25519 + key.keyval.public) : derOfPem(key.keyval.public);
    // A key of another kind signs nothing here, and the others may be enough.
    const verify = await verifier(der).catch(() => null);
    if (await verify?.(fromHex(sig), data)) agreeingKeys.add(hex(der));
  }
  if (!(threshold > 0 && agreeingKeys.size >= threshold))
    throw refusalError(`The keys that the root names for ${role} did not sign what the deployment serves.`);
}

/** The SHA-256 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
