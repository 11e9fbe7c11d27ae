import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { SignInWatch } from "./sign-in-watch";

type Person = { readonly id: string; readonly name: string } | null;

let person: Person;
let requests: number;
let csrf: string;
let watch: SignInWatch;

beforeEach(() => {
  vi.useFakeTimers();
  [person, requests, csrf] = [{ id: "p1", name: "Mika" }, 0, "first"];
  watch = new SignInWatch({
    me: "p1",
    csrf,
    fetch: () => Promise.resolve(((requests += 1), Response.json({ person, csrf }))),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

const notFound = new Problem(404, "Not found", "Not found, or you have no access to it.");

test("what is not there stays not there while its person is signed in", async () => {
  expect(await watch.explain(notFound)).toBe(notFound);
  expect(watch.state.getState()).toEqual({ who: "me" });
});

test("with the session gone, any refusal says that one is signed out", async () => {
  person = null;
  const refusals = [401, 403, 404].map((status) => watch.explain(new Problem(status, "", "")));
  for (const explanation of await Promise.all(refusals))
    expect((explanation as Problem).message).toBe("You are signed out. Sign in again; your edits are kept.");
  expect(watch.state.getState()).toEqual({ who: "nobody" });
  expect(requests).toBe(1);
});

test("other errors are not asked about", async () => {
  const conflict = new Problem(409, "Taken", "");
  expect(await watch.explain(conflict)).toBe(conflict);
  expect(requests).toBe(0);
});

test("signing in again in any window is noticed, with the token that writes carry from then on", async () => {
  person = null;
  watch.onRefusal();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(watch.state.getState()).toEqual({ who: "nobody" });
  [person, csrf] = [{ id: "p1", name: "Mika" }, "second"];
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.state.getState()).toEqual({ who: "me" });
  expect(watch.token).toBe("second");
  const before = requests;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toBe(before);
});

test("another person is named, and their token is not taken", async () => {
  [person, csrf] = [{ id: "p2", name: "Noor" }, "theirs"];
  watch.onRefusal();
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.state.getState()).toEqual({ who: "other", name: "Noor" });
  expect(watch.token).toBe("first");
  expect(((await watch.explain(notFound)) as Problem).message).toBe(
    "Noor is signed in in this browser now. Your edits are kept here and are not sent in another's name.",
  );
});

test("a network that is gone says nothing of the session", async () => {
  const offline = new SignInWatch({ me: "p1", csrf, fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  expect(await offline.explain(notFound)).toBe(notFound);
  expect(offline.state.getState()).toEqual({ who: "me" });
});
