import { beforeEach, expect, test, vi } from "vitest";
import { consentFor } from "./consent";

const listeners = new Set<(event: { key: string | null }) => void>();
const texts = new Map<string, string>();
let sources = 0;
/** A deployment that nobody was asked about. */
const source = () => `https://forge.example/d/acme/door/site-${(sources += 1)}`;

beforeEach(() => {
  listeners.clear();
  texts.clear();
  vi.stubGlobal("addEventListener", (_: string, listener: never) => listeners.add(listener));
  vi.stubGlobal("removeEventListener", (_: string, listener: never) => listeners.delete(listener));
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => texts.set(name, text),
  });
});

test("an answer is stored for the origin, of each deployment its own, and heard by all of its runes", () => {
  const [first, second] = [source(), source()];
  const store = consentFor(first);
  const onChange = vi.fn();
  store.subscribe(onChange);
  expect(store.current()).toBeNull();
  store.answer("refused");
  expect(consentFor(first).current()).toBe("refused");
  expect(onChange).toHaveBeenCalledOnce();
  expect([...texts]).toEqual([[`hammer-forge counts ${first}`, "refused"]]);
  expect(consentFor(second).current()).toBeNull();
});

test("an answer of before is read, and another text is none", () => {
  const [before, other] = [source(), source()];
  texts.set(`hammer-forge counts ${before}`, "granted");
  texts.set(`hammer-forge counts ${other}`, "true");
  expect([consentFor(before).current(), consentFor(other).current()]).toEqual(["granted", null]);
});

test("an answer in another page of the origin is heard, until nobody listens", () => {
  const address = source();
  const store = consentFor(address);
  const onChange = vi.fn();
  const end = store.subscribe(onChange);
  texts.set(`hammer-forge counts ${address}`, "refused");
  listeners.forEach((listener) => listener({ key: `hammer-forge counts ${address}` }));
  expect([store.current(), onChange.mock.calls.length]).toEqual(["refused", 1]);
  end();
  expect(listeners.size).toBe(0);
});

test("where nothing can be stored, an answer holds as long as the page", () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
  });
  const store = consentFor(source());
  expect(store.current()).toBeNull();
  store.answer("granted");
  expect(store.current()).toBe("granted");
});
