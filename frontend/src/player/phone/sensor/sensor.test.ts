// A phone and a studio over a relay that keeps all that passes: what the studio hears, and that the relay could read none of it.
import { expect, test, vi } from "vitest";
import { StudioSensor } from "../../../preview/phone/studio-sensor";
import type { FromPhone } from "../../../preview/phone/messages";
import { makeKeys, motionBytes, pictureBytes, SealedChannel, soundBytes } from "../../../preview/phone";
import { SensorPairing } from "./pairing";
import type { PairingSocket } from "../pairing/pairing";

/** The server between the two: passes on what it is given, and remembers it. */
class Relay implements PairingSocket {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  bufferedAmount = 0;
  isClosed = false;
  readonly texts: string[] = [];
  readonly studio = new StudioSensor((frame) => this.toPhone({ type: "sealed", frame }));

  send(text: string): void {
    this.texts.push(text);
    const message = JSON.parse(text) as { type: string; key?: string; frame?: string };
    if (message.type === "key") void this.studio.onKey(message.key ?? "");
    if (message.type === "sealed") void this.studio.onFrame(message.frame ?? "");
  }

  toPhone(message: object): void {
    this.texts.push(JSON.stringify(message));
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }

  close(): void {
    this.isClosed = true;
  }
}

async function connect() {
  const relay = new Relay();
  const messages: FromPhone[] = [];
  const stop = relay.studio.want({ kind: "sound", rate: 16_000 }, (message) => messages.push(message));
  const phone = new SensorPairing(() => relay, await relay.studio.newKey());
  phone.start();
  relay.toPhone({ type: "digits", digits: "0042" });
  expect(phone.state.getState()).toMatchObject({ phase: "waiting", digits: "0042" });
  relay.toPhone({ type: "paired" });
  await vi.waitFor(() => expect(phone.state.getState().request).toEqual({ kind: "sound", rate: 16_000 }));
  return { relay, phone, messages, stop };
}

/** All bytes that passed, as the relay holds them. */
function bytesOf(relay: Relay): string {
  return relay.texts
    .map((text) => JSON.parse(text) as { frame?: string; key?: string })
    .flatMap(({ frame, key }) => [frame, key])
    .flatMap((each) => (each === undefined ? [] : [atob(each.replaceAll("-", "+").replaceAll("_", "/"))]))
    .join("");
}

test("the studio hears what the phone measures, and what passes the relay has none of it", async () => {
  const { relay, phone, messages } = await connect();
  const samples = Int16Array.from({ length: 400 }, (_, index) => 1000 + index);
  phone.send(soundBytes(samples.buffer));
  phone.send(motionBytes([[1, 2, 9.5]]));
  phone.send(pictureBytes(new TextEncoder().encode("a picture of the kitchen")));
  await vi.waitFor(() => expect(messages).toHaveLength(3));
  expect(messages[0]).toMatchObject({ what: "sound" });
  expect(messages[1]).toEqual({ what: "motion", rows: [[1, 2, 9.5]] });
  expect(relay.studio.state.getState().phase).toBe("sending");
  // The kinds of message are all that is to be read: no sample, no row, no picture, not which sensor is wanted.
  const kinds = new Set(relay.texts.map((text) => (JSON.parse(text) as { type: string }).type));
  expect([...kinds].sort()).toEqual(["digits", "key", "paired", "sealed"]);
  const bytes = bytesOf(relay);
  const plain = [samples.buffer.slice(0, 16), Float32Array.of(1, 2, 9.5).buffer].map((part) =>
    String.fromCharCode(...new Uint8Array(part)),
  );
  for (const secret of [...plain, "kitchen", "sound", "rate"]) expect(bytes).not.toContain(secret);
});

test("frames that are repeated, changed or sealed by another are left out", async () => {
  const { relay, phone, messages } = await connect();
  phone.send(motionBytes([[1, 1, 1]]));
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  const last = relay.texts.at(-1) ?? "";
  const { frame } = JSON.parse(last) as { frame: string };
  await relay.studio.onFrame(frame);
  await relay.studio.onFrame(`${frame.slice(0, -4)}AAAA`);
  await relay.studio.onFrame("AAAA");
  // Somebody who takes the phone's place at the relay, with the studio's public key.
  const other = await makeKeys();
  await relay.studio.onKey(other.publicKey);
  const { publicKey } = await makeKeys();
  const forgedChannel = await SealedChannel.join(other, publicKey, "phone");
  for (let number = 0; number < 3; number += 1)
    await relay.studio.onFrame(await forgedChannel.seal(motionBytes([[6, 6, 6]])));
  expect(messages).toEqual([{ what: "motion", rows: [[1, 1, 1]] }]);
  phone.send(motionBytes([[2, 2, 2]]));
  await vi.waitFor(() => expect(messages.at(-1)).toEqual({ what: "motion", rows: [[2, 2, 2]] }));
});

test("a studio whose code was not scanned cannot ask for a sensor", async () => {
  const { relay, phone } = await connect();
  const stranger = await SealedChannel.join(await makeKeys(), (await makeKeys()).publicKey, "studio");
  const bytes = new TextEncoder().encode('\u0001{"kind":"motion"}');
  for (let number = 0; number < 3; number += 1) relay.toPhone({ type: "sealed", frame: await stranger.seal(bytes) });
  await Promise.resolve();
  expect(phone.state.getState().request).toEqual({ kind: "sound", rate: 16_000 });
});

test("a studio that asks no more, or goes, is sent nothing", async () => {
  const { relay, phone, messages, stop } = await connect();
  stop();
  await vi.waitFor(() => expect(phone.state.getState().request).toBeNull());
  relay.onclose?.({ reason: "The studio ended the connection." } as CloseEvent);
  expect(phone.state.getState()).toMatchObject({ phase: "off", notice: "The studio ended the connection." });
  const before = relay.texts.length;
  phone.send(motionBytes([[1, 1, 1]]));
  await Promise.resolve();
  expect([relay.texts.length, messages.length]).toEqual([before, 0]);
  phone.stop();
  expect(relay.isClosed).toBe(true);
});

test("a code that has no key is refused before anything is sent", async () => {
  const relay = new Relay();
  const phone = new SensorPairing(() => relay, "AAAA");
  phone.start();
  relay.toPhone({ type: "paired" });
  await vi.waitFor(() => expect(phone.state.getState().notice).toBe("The code cannot be read. Scan a new one."));
  expect(relay.texts.filter((text) => text.includes("key"))).toEqual([]);
});
