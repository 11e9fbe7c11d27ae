import { describe, expect, test } from "vitest";
import { requireSignature, type Signatures } from "./signature";

const RUNE = `sha256:${"a".repeat(64)}`;
const TYPE = "application/vnd.in-toto+json";

const base64 = (bytes: Uint8Array | ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const encoded = (value: object): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));

type Algorithm = "Ed25519" | "P-256";

async function makeKey(algorithm: Algorithm): Promise<CryptoKeyPair> {
  const name = algorithm === "Ed25519" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256" };
  return (await crypto.subtle.generateKey(name, true, ["sign", "verify"])) as CryptoKeyPair;
}

async function pemOf({ publicKey }: CryptoKeyPair): Promise<string> {
  const der = await crypto.subtle.exportKey("spki", publicKey);
  return `-----BEGIN PUBLIC KEY-----\n${base64(der)}\n-----END PUBLIC KEY-----\n`;
}

/** A signature of two numbers of 32 bytes as DER writes it: without leading zeros, and one where the first bit is set. */
function derOf(raw: Uint8Array): Uint8Array {
  const numbers = [raw.slice(0, 32), raw.slice(32)].map((number) => {
    const first = number.findIndex((byte) => byte !== 0);
    const short = [...number.slice(first)];
    const whole = (short[0] ?? 0) >= 0x80 ? [0, ...short] : short;
    return [2, whole.length, ...whole];
  });
  const body = numbers.flat();
  return new Uint8Array([0x30, body.length, ...body]);
}

/** A signature as a server sends it, about the manifest of a rune. */
async function signaturesOf(algorithm: Algorithm, { privateKey }: CryptoKeyPair, rune = RUNE): Promise<Signatures> {
  const manifest = encoded({ layers: [{ digest: rune }] });
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", manifest));
  const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const payload = encoded({ subject: [{ name: "acme/kitchen", digest: { sha256 } }] });
  const head = new TextEncoder().encode(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `);
  const data = new Uint8Array([...head, ...payload]);
  const name = algorithm === "Ed25519" ? { name: "Ed25519" } : { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(name, privateKey, data));
  const sig = base64(algorithm === "Ed25519" ? raw : derOf(raw));
  const envelope = { payload: base64(payload), payloadType: TYPE, signatures: [{ sig }] };
  return { manifest: base64(manifest), bundles: [{ dsseEnvelope: envelope }] };
}

describe.each(["Ed25519", "P-256"] as const)("signatures of %s", (algorithm) => {
  test("another key is refused", async () => {
    const signatures = await signaturesOf(algorithm, await makeKey(algorithm));
    const other = await pemOf(await makeKey(algorithm));
    await expect(requireSignature(signatures, RUNE, other)).rejects.toMatchObject({ name: "signature-refused" });
  });

  test("a signature about another rune is refused", async () => {
    const key = await makeKey(algorithm);
    const signatures = await signaturesOf(algorithm, key, `sha256:${"b".repeat(64)}`);
    await expect(requireSignature(signatures, RUNE, await pemOf(key))).rejects.toThrow("names another rune");
    const mixedSignatures = { ...(await signaturesOf(algorithm, key)), bundles: signatures.bundles };
    await expect(requireSignature(mixedSignatures, RUNE, await pemOf(key))).rejects.toThrow("No signature of this key");
  });

  test("no signature is refused", async () => {
    const key = await makeKey(algorithm);
    const signatures = { ...(await signaturesOf(algorithm, key)), bundles: [] };
    await expect(requireSignature(signatures, RUNE, await pemOf(key))).rejects.toThrow("No signature of this key");
  });

  test("the key's own signature is accepted, however long its numbers are", async () => {
    const key = await makeKey(algorithm);
    for (let count = 0; count < 20; count += 1)
      await expect(
        requireSignature(await signaturesOf(algorithm, key), RUNE, await pemOf(key)),
      ).resolves.toBeUndefined();
  });
});

test.each([
  ["not a key", "neither of Ed25519 nor of P-256"],
  ["-----BEGIN PUBLIC KEY-----\n%%%\n-----END PUBLIC KEY-----", "not Base64"],
])("%j as a public key is refused", async (pem, message) => {
  const signatures = await signaturesOf("Ed25519", await makeKey("Ed25519"));
  const text = pem === "not a key" ? btoa("not a key") : pem;
  await expect(requireSignature(signatures, RUNE, text)).rejects.toThrow(message);
});

test.each(["%%%", btoa("not JSON")])("the manifest %j is refused", async (manifest) => {
  const key = await makeKey("Ed25519");
  const signatures = { ...(await signaturesOf("Ed25519", key)), manifest };
  await expect(requireSignature(signatures, RUNE, await pemOf(key))).rejects.toMatchObject({
    name: "signature-refused",
  });
});
