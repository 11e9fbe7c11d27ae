// Whether a key that the caller trusts signed what a deployment serves: a Sigstore bundle with a DSSE envelope around an
// in-toto statement, which names the manifest, which names the rune. Algorithms: Ed25519, and ECDSA on P-256.
import type { Bytes } from "../runtime/types";
import { DeliveryError } from "./errors";
import { hex } from "./fetch-rune";

/** The signatures that a deployment's server sends beside a rune. */
export interface Signatures {
  /** The bytes of the manifest, in Base64. */
  readonly manifest: string;
  readonly bundles: readonly Bundle[];
}

interface Bundle {
  readonly dsseEnvelope?: {
    readonly payload?: string;
    readonly payloadType?: string;
    readonly signatures?: readonly { readonly sig?: string }[];
  };
}

/** In a SubjectPublicKeyInfo: the object identifiers of Ed25519, and of P-256. */
const ALGORITHMS = [
  { oid: "06032b6570", name: { name: "Ed25519" }, isDer: false },
  { oid: "06082a8648ce3d030107", name: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }, isDer: true },
] as const;

/** Throws `DeliveryError` unless the key signed a statement about the manifest, and the manifest names the rune. */
export async function requireSignature(signatures: Signatures, rune: string, publicKey: string): Promise<void> {
  const manifest = decoded(signatures.manifest);
  const digest = hex(await crypto.subtle.digest("SHA-256", manifest));
  const { layers } = parseObject(manifest) as { layers?: readonly { digest?: unknown }[] };
  if (layers?.[0]?.digest !== rune) throw refusalError("The manifest that the server sent names another rune.");
  const verify = await verifier(derOfPem(publicKey));
  for (const { dsseEnvelope: envelope } of signatures.bundles) {
    const [signature] = envelope?.signatures ?? [];
    if (envelope?.payload === undefined || envelope.payloadType === undefined || signature?.sig === undefined) continue;
    const payload = decoded(envelope.payload);
    if (!(await verify(decoded(signature.sig), signedBytes(envelope.payloadType, payload)))) continue;
    const { subject } = parseObject(payload) as { subject?: readonly { digest?: { sha256?: unknown } }[] };
    if (subject?.some((each) => each.digest?.sha256 === digest) === true) return;
  }
  throw refusalError("No signature of this key is about the rune that the deployment serves.");
}

export function refusalError(message: string): DeliveryError {
  return new DeliveryError("signature-refused", message);
}

/** The bytes in the text of a PEM file. */
export function derOfPem(pem: string): Bytes {
  return decoded(pem.replace(/-----[A-Z ]+-----|\s/g, ""));
}

/** Returns the function that verifies signatures of a key, which is a SubjectPublicKeyInfo. Throws `DeliveryError`. */
export async function verifier(der: Bytes): Promise<(signature: Bytes, data: Bytes) => Promise<boolean>> {
  const algorithm = ALGORITHMS.find(({ oid }) => hex(der).includes(oid));
  if (algorithm === undefined) throw refusalError("The public key is neither of Ed25519 nor of P-256.");
  const key = await crypto.subtle.importKey("spki", der, algorithm.name, false, ["verify"]).catch(() => {
    throw refusalError("This browser cannot read the public key.");
  });
  return (signature, data) => {
    const raw = algorithm.isDer ? rawOfDer(signature) : signature;
    return raw === null ? Promise.resolve(false) : crypto.subtle.verify(algorithm.name, key, raw, data);
  };
}

/** The bytes that DSSE signs: the type and the payload, each with its length. */
function signedBytes(type: string, payload: Bytes): Bytes {
  const head = new TextEncoder().encode(`DSSEv1 ${new TextEncoder().encode(type).length} ${type} ${payload.length} `);
  const whole = new Uint8Array(head.length + payload.length);
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
}

/** The two numbers of 32 bytes, as WebCrypto reads them, of a signature in DER; null if it is not one. */
function rawOfDer(der: Bytes): Bytes | null {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    if (der[at] !== 2 || length > 33) return null;
    const number = der.slice(at + 2, at + 2 + length).slice(-32);
    raw.set(number, end - number.length);
    at += 2 + length;
  }
  return raw;
}

function decoded(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw refusalError("A part of the signature is not Base64.");
  }
}

function parseObject(bytes: Bytes): object {
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) as object | null) ?? {};
  } catch {
    throw refusalError("A part of the signature is not JSON.");
  }
}
