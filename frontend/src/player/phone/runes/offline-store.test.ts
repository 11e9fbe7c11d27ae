// The store of a project on a phone, and how it is deleted.
import { beforeEach, expect, test } from "vitest";
import { OfflineStore, CACHE } from "./offline-store";
import type { PlayerState } from "./types";

const HOST = "https://forge.example";

/** A CacheStorage as browsers have it, as far as it is used. */
class Memory {
  readonly caches = new Map<string, Map<string, ArrayBuffer>>();

  open(name: string): Promise<Cache> {
    const entries = this.caches.get(name) ?? new Map<string, ArrayBuffer>();
    this.caches.set(name, entries);
    const key = (request: RequestInfo): string =>
      new URL(typeof request === "string" ? request : request.url, HOST).href;
    const cache: Pick<Cache, "put" | "match" | "delete" | "keys"> = {
      put: async (request, response) => void entries.set(key(request as string), await response.arrayBuffer()),
      match: (request) => {
        const entry = entries.get(key(request as string));
        return Promise.resolve(entry === undefined ? undefined : new Response(entry));
      },
      delete: (request) => Promise.resolve(entries.delete(key(request as Request))),
      keys: () => Promise.resolve([...entries.keys()].map((url) => new Request(url))),
    };
    return Promise.resolve(cache as Cache);
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.caches.delete(name));
  }
}

const state = (person: string | null): PlayerState => ({
  project: { organisation: "acme", name: "digits", url: "/player/acme/digits" },
  person: person === null ? null : { id: person, name: person, initials: "P", colour: 1 },
  by: person === null ? null : "pass",
  may_pair: person !== null,
  now: null,
  tags: [],
});

const rune = (letter: string): string => `/player/acme/digits/runes/sha256:${letter}`;
const bytes = (value: number): ArrayBuffer => Uint8Array.of(value).buffer;

let memory: Memory;
let store: OfflineStore;

beforeEach(() => {
  memory = new Memory();
  store = new OfflineStore(memory, "/player/acme/digits");
});

test("what there was to run and its rune come back", async () => {
  await store.keepState(state("mika"));
  await store.keepRune(rune("a"), bytes(1));
  expect(await store.state()).toEqual(state("mika"));
  expect(new Uint8Array((await store.rune(rune("a"))) ?? new ArrayBuffer())).toEqual(Uint8Array.of(1));
  expect(await store.rune(rune("b"))).toBeNull();
});

test("of the runes the last three stay, and one that is used again is among them", async () => {
  for (const letter of ["a", "b", "c", "a", "d"]) await store.keepRune(rune(letter), bytes(1));
  const there = await Promise.all(
    ["a", "b", "c", "d"].map(async (letter) => (await store.rune(rune(letter))) !== null),
  );
  expect(there).toEqual([true, false, true, true]);
});

test("forgetting a project leaves the others", async () => {
  const other = new OfflineStore(memory, "/player/acme/digits-2");
  await other.keepState(state("mika"));
  await store.keepState(state("mika"));
  await store.keepRune(rune("a"), bytes(1));
  await store.forget();
  expect([await store.state(), await store.rune(rune("a"))]).toEqual([null, null]);
  expect(await other.state()).not.toBeNull();
});

test("another person finds nothing of the one before", async () => {
  await store.keepState(state("mika"));
  await store.keepRune(rune("a"), bytes(1));
  await store.keepState(state("jo"));
  expect(await store.rune(rune("a"))).toBeNull();
  expect((await store.state())?.person?.id).toBe("jo");
  expect([...memory.caches.keys()]).toEqual([CACHE]);
});

test("without a cache nothing is kept and nothing fails", async () => {
  const none = new OfflineStore(null, "/player/acme/digits");
  await none.keepState(state("mika"));
  await none.keepRune(rune("a"), bytes(1));
  expect([await none.state(), await none.rune(rune("a"))]).toEqual([null, null]);
});
