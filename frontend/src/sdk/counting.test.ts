import { beforeEach, describe, expect, test, vi } from "vitest";
import { countIfAllowed, type CountingOptions } from "./counting";
import type { Engine } from "./engine";
import type { ServedRelease } from "./fetch-rune";
import type { Listening } from "./rune";

const SOURCE = "https://forge.example/d/acme/door/website";
const SERVED = { rune: { digest: `sha256:${"ab".repeat(32)}` } } as ServedRelease;
const WATCH = { labels: { names: ["a"], bins: [0] }, confidence: null, features: [] };
const COUNTED = [[1], [2], [3]];
const requests: { url: string; method: string }[] = [];
let state: object = {};

const engine = (watch: object | null = WATCH): Engine => {
  const counts = COUNTED.map((labels) => ({ labels, confidence: [], features: [] }));
  return {
    loadedRune: { watch, capabilities: [] } as unknown as Engine["loadedRune"],
    run: () => Promise.reject(new Error()),
    takeCounts: () => Promise.resolve(counts.shift() ?? null),
    close: () => undefined,
  };
};

beforeEach(() => {
  requests.length = 0;
  state = { is_on: true, url: `${SOURCE}/1/telemetry` };
  vi.stubGlobal("fetch", (url: string, { method = "GET" }: RequestInit) => {
    requests.push({ url, method });
    const init = { headers: { "content-type": "application/json" } };
    return Promise.resolve(method === "GET" ? new Response(JSON.stringify(state), init) : new Response());
  });
});

async function started(options: CountingOptions, rune = engine(), source = SOURCE): Promise<Listening> {
  const listener: Listening = {};
  await countIfAllowed(source, SERVED, rune, listener, { key: "hf_web_1", ...options });
  return listener;
}

describe("nobody is asked and nothing is requested", () => {
  test.each<[string, CountingOptions]>([
    ["where the app says that its person refused", { telemetry: "refused" }],
    ["outside a page, where nobody can be asked", {}],
    ["for a word that is none", { telemetry: "yes" as never }],
    ["without a key", { telemetry: "granted", key: undefined } as never],
  ])("%s", async (_, options) => {
    expect((await started(options)).current).toBeUndefined();
    expect(requests).toEqual([]);
  });

  test.each([{ globalPrivacyControl: true }, { doNotTrack: "1" }])("where the browser says %j", async (signals) => {
    vi.stubGlobal("navigator", signals);
    expect((await started({ telemetry: "granted" })).current).toBeUndefined();
    expect(requests).toEqual([]);
  });

  test("of a rune that counts nothing", async () => {
    expect((await started({ telemetry: "granted" }, engine(null))).current).toBeUndefined();
    expect(requests).toEqual([]);
  });
});

test.each([
  { is_on: false, url: `${SOURCE}/1/telemetry` },
  { is_on: true, url: "https://elsewhere.example/telemetry" },
  { is_on: true },
  {},
])("a server that answers %j gets no counts", async (answer) => {
  state = answer;
  expect((await started({ telemetry: "granted" })).current).toBeUndefined();
  expect(requests).toEqual([{ url: `${SOURCE}/telemetry`, method: "GET" }]);
});

test("a rune that was closed meanwhile is not counted", async () => {
  const listener: Listening = { isClosed: true };
  await countIfAllowed(SOURCE, SERVED, engine(), listener, { key: "hf_web_1", telemetry: "granted" });
  expect(listener.current).toBeUndefined();
});

test("an app that has the yes of its person sends when the rune is closed, without what was counted before", async () => {
  const rune = engine();
  const bodies: Uint8Array[] = [];
  const { current } = await started({ telemetry: "granted" }, rune, `${SOURCE}/`);
  await Promise.resolve();
  vi.stubGlobal("fetch", (_: string, { body }: { body: Uint8Array }) => {
    bodies.push(body);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  await current?.afterRun(new Map());
  await current?.afterRun(new Map());
  current?.onClose();
  current?.onClose();
  expect(bodies.map((body) => new DataView(body.buffer).getUint32(153, true))).toEqual([2 + 3]);
});
