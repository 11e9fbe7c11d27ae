import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answersOf } from "./document";
import { countSender, HOUR } from "./sender";

const URL = "https://forge.example/d/acme/door/website/1/telemetry";
const RUNE = `sha256:${"ab".repeat(32)}`;
const COUNTS = { labels: [1, 0], confidence: [1], features: [] };
const bodies: Uint8Array[] = [];
let status = 204;

beforeEach(() => {
  bodies.length = 0;
  status = 204;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 11, 1, 9) });
  vi.stubGlobal("fetch", (_: string, { body }: { body: Uint8Array }) => {
    bodies.push(body);
    return status === 0 ? Promise.reject(new TypeError("away")) : Promise.resolve(new Response(null, { status }));
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const settled = () => new Promise((resolve) => setTimeout(resolve));
/** The answers in a document. */
const answers = (body: Uint8Array | undefined) => new DataView(body?.buffer as ArrayBuffer).getUint32(153, true);

test("while the rune runs, counts are sent at most once an hour", () => {
  const sender = countSender(URL, RUNE, () => undefined);
  for (let minute = 0; minute < 150; minute += 1) {
    sender.add(COUNTS);
    vi.advanceTimersByTime(HOUR / 60);
  }
  expect(bodies.map(answers)).toEqual([61, 60]);
});

test("what is left is sent when the page is hidden, and nothing without an answer", () => {
  const sender = countSender(URL, RUNE, () => undefined);
  sender.flush();
  sender.add({ labels: [0, 0], confidence: [0], features: [] });
  sender.flush();
  expect(bodies).toEqual([]);
  sender.add(COUNTS);
  sender.flush();
  sender.flush();
  expect(bodies.map(answers)).toEqual([answersOf(COUNTS)]);
});

test("counts of two days are two documents", () => {
  vi.setSystemTime(Date.UTC(2026, 11, 1, 23, 59));
  const sender = countSender(URL, RUNE, () => undefined);
  sender.add(COUNTS);
  vi.setSystemTime(Date.UTC(2026, 11, 2, 0, 1));
  sender.add(COUNTS);
  sender.flush();
  expect(bodies.map(answers)).toEqual([1, 1]);
  expect(bodies[0]?.slice(2, 4)).not.toEqual(bodies[1]?.slice(2, 4));
});

test("a request that failed is not sent again, since it may have arrived", async () => {
  const sender = countSender(URL, RUNE, () => undefined);
  status = 0;
  sender.add(COUNTS);
  sender.flush();
  await settled();
  status = 204;
  sender.flush();
  expect(bodies).toHaveLength(1);
});

test("what came too often is sent with the next ones", async () => {
  const sender = countSender(URL, RUNE, () => undefined);
  status = 429;
  sender.add(COUNTS);
  sender.flush();
  await settled();
  status = 204;
  sender.add(COUNTS);
  sender.flush();
  expect(bodies.map(answers)).toEqual([1, 2]);
});

test("without a network nothing is handed over, and nothing is lost", () => {
  const sender = countSender(URL, RUNE, () => undefined);
  vi.stubGlobal("navigator", { onLine: false });
  sender.add(COUNTS);
  sender.flush();
  expect(bodies).toEqual([]);
  vi.stubGlobal("navigator", { onLine: true });
  sender.flush();
  expect(bodies).toHaveLength(1);
});

test.each([403, 404, 410])("a deployment that answers %i gets nothing more", async (refusal) => {
  const onEnd = vi.fn();
  const sender = countSender(URL, RUNE, onEnd);
  status = refusal;
  sender.add(COUNTS);
  sender.flush();
  await settled();
  expect(onEnd).toHaveBeenCalledOnce();
  sender.add(COUNTS);
  sender.flush();
  expect(bodies).toHaveLength(1);
});

test("a document that is refused is dropped, and the next ones are sent", async () => {
  const sender = countSender(URL, RUNE, () => expect.unreachable());
  status = 400;
  sender.add(COUNTS);
  sender.flush();
  await settled();
  sender.add(COUNTS);
  sender.flush();
  expect(bodies.map(answers)).toEqual([1, 1]);
});

test("after a no, what was counted is dropped", () => {
  const sender = countSender(URL, RUNE, () => undefined);
  sender.add(COUNTS);
  sender.end();
  sender.flush();
  expect(bodies).toEqual([]);
});
