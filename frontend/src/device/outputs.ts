// Outputs of a board as outputs of a rune in the page, and whether both are the same bytes. Pure.
import { decodeOutput, isNumberName, NUMBER_ARRAYS, unpack, type OutputMessage, type OutputTensor } from "../runtime";
import type { BoardOutput, DevicePort } from "./serial/messages";

/** The bytes of one output. */
export interface SentOutput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A board's outputs in the place of those that the page's rune sent. Throws an Error where they are others. */
export function asMessages(
  ports: readonly DevicePort[],
  outputs: readonly (BoardOutput | null)[],
  like: readonly OutputMessage[],
): OutputMessage[] {
  const tensors = ports.flatMap((port, place) => {
    const output = outputs[place] ?? null;
    return output === null ? [] : [tensorOf(port.type, output)];
  });
  let next = 0;
  const messages = like.map((message) => ({
    ...message,
    tensors: message.tensors.map(({ meaning }) => {
      const tensor = tensors[next];
      next += 1;
      if (tensor === undefined) throw new Error("The board sent fewer outputs in this run than the rune in the page.");
      return meaning === undefined ? tensor : { ...tensor, meaning };
    }),
  }));
  if (next !== tensors.length) throw new Error("The board sent more outputs in this run than the rune in the page.");
  return messages;
}

/** As a rune sends a tensor: the type's length, the type, and the bytes; each text has its length before it. */
function tensorOf(type: string, { sizes, pieces }: BoardOutput): OutputTensor {
  const text = sizes === null ? type : type.replace(/\[.*\]/, `[${sizes.join(", ")}]`);
  const name = new TextEncoder().encode(text);
  const isText = type.startsWith("utf8");
  const parts = [lengthOf(name), name, ...pieces.flatMap((piece) => (isText ? [lengthOf(piece), piece] : [piece]))];
  const [tensor] = decodeOutput("TENSOR", joined(parts));
  if (tensor === undefined) throw new Error("The board sent an output without a tensor.");
  return unpack(tensor);
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Uint32Array.of(bytes.length).buffer);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

/** The bytes of everything that was sent, tensor by tensor; `ports` are those that sent. */
export function sentBytes(ports: readonly DevicePort[], messages: readonly OutputMessage[]): SentOutput[] {
  return messages
    .flatMap(({ tensors }) => tensors)
    .map((tensor, place) => ({ name: ports[place]?.name ?? `output ${place + 1}`, bytes: bytesOf(tensor) }));
}

function bytesOf({ type, elements, bytes }: OutputTensor): Uint8Array {
  if (bytes !== undefined) return bytes;
  if (type === "utf8") return joined(elements.map((text) => new TextEncoder().encode(`${text}\0`)));
  const numbers = elements.map(Number);
  return new Uint8Array(
    isNumberName(type) ? NUMBER_ARRAYS[type].from(numbers).buffer : BigInt64Array.from(numbers, BigInt).buffer,
  );
}

export function areSame(one: readonly SentOutput[], other: readonly SentOutput[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ bytes }, place) => {
      const beside = other[place]?.bytes;
      return beside?.length === bytes.length && bytes.every((byte, at) => byte === beside[at]);
    })
  );
}

/** The first bytes in hexadecimal, as many as a line has room for. */
export function hexadecimal(bytes: Uint8Array, most = 24): string {
  const digits = Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > most ? `${digits} …` : digits;
}
