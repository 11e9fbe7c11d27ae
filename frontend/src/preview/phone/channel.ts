// Frames between two pages of one person that the server between them cannot read: keys agreed by ECDH (P-256), frames
// sealed with AES-GCM under a key for each direction, each frame numbered. WebCrypto does the work; private keys cannot
// be exported.

export interface Keys {
  /** 65 bytes as base64url: the part that the other end receives. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

export type End = "studio" | "phone";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const PURPOSE = "hammer forge sensor 1";
const COUNTER_BYTES = 8;
const NONCE_BYTES = 12;
const KEY_BYTES = 65;

/** A frame that is not of the other end, was changed, or came before. */
export class BadFrame extends Error {}

export async function makeKeys(): Promise<Keys> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  return { publicKey: toText(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))), privateKey };
}

export class SealedChannel {
  readonly #sendKey: CryptoKey;
  readonly #receiveKey: CryptoKey;
  #sentFrames = 0n;
  #lastReceived = 0n;
  /** Frames are opened one after another, since each must be newer than the one before. */
  #opening: Promise<unknown> = Promise.resolve();

  private constructor(sendKey: CryptoKey, receiveKey: CryptoKey) {
    this.#sendKey = sendKey;
    this.#receiveKey = receiveKey;
  }

  /** Rejects with `BadFrame` for an invalid public key. */
  static async join(mine: Keys, theirs: string, end: End): Promise<SealedChannel> {
    const bytes = toBytes(theirs);
    if (bytes.length !== KEY_BYTES) throw new BadFrame("This is not a public key.");
    const other = await crypto.subtle.importKey("raw", bytes, CURVE, false, []);
    const sharedSecret = await crypto.subtle.deriveBits({ name: "ECDH", public: other }, mine.privateKey, 256);
    const [studio, phone] = end === "studio" ? [mine.publicKey, theirs] : [theirs, mine.publicKey];
    const salt = await crypto.subtle.digest("SHA-256", joined(toBytes(studio), toBytes(phone)));
    const source = await crypto.subtle.importKey("raw", sharedSecret, "HKDF", false, ["deriveKey"]);
    const keyOf = (from: End, use: "encrypt" | "decrypt"): Promise<CryptoKey> =>
      crypto.subtle.deriveKey(
        { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(`${PURPOSE} from ${from}`) },
        source,
        { name: "AES-GCM", length: 256 },
        false,
        [use],
      );
    const partner = end === "studio" ? "phone" : "studio";
    return new SealedChannel(await keyOf(end, "encrypt"), await keyOf(partner, "decrypt"));
  }

  /** A frame as text. No two frames have one number, so no nonce is used twice. */
  async seal(plain: Uint8Array<ArrayBuffer>): Promise<string> {
    this.#sentFrames += 1n;
    const counter = counterBytes(this.#sentFrames);
    const sealedBytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(counter) }, this.#sendKey, plain);
    return toText(joined(counter, new Uint8Array(sealedBytes)));
  }

  /** Rejects with `BadFrame` for one that was changed, is of another end, or is not newer than those before. Gaps are lost frames. */
  open(frame: string): Promise<Uint8Array<ArrayBuffer>> {
    const message = this.#opening.then(() => this.#open(frame));
    this.#opening = message.catch(() => undefined);
    return message;
  }

  async #open(frame: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = toBytes(frame);
    if (bytes.length <= COUNTER_BYTES) throw new BadFrame("A frame is too short.");
    const counter = bytes.slice(0, COUNTER_BYTES);
    const number = new DataView(counter.buffer).getBigUint64(0);
    if (number <= this.#lastReceived) throw new BadFrame("A frame was received twice.");
    const plain = await crypto.subtle
      .decrypt({ name: "AES-GCM", iv: nonceOf(counter) }, this.#receiveKey, bytes.slice(COUNTER_BYTES))
      .catch(() => {
        throw new BadFrame("A frame was changed, or comes from another device.");
      });
    this.#lastReceived = number;
    return new Uint8Array(plain);
  }
}

function counterBytes(number: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(COUNTER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, number);
  return bytes;
}

function nonceOf(counter: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce.set(counter, NONCE_BYTES - COUNTER_BYTES);
  return nonce;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

function toText(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new BadFrame("A frame is not base64url.");
  }
}
