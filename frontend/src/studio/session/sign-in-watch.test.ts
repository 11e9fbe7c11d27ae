import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { SignInWatch } from "./sign-in-watch";

type Person = { readonly id: string; readonly name: string } | null;

let person: Person;
let asked: number;
let csrf: string;
let watch: SignInWatch;

beforeEach(() => {
  vi.useFakeTimers();
  [person, asked, csrf] = [{ id: "p1", name: "Mika" }, 0, "first"];
  watch = new SignInWatch({
    me: "p1",
    csrf,
    fetch: () => Promise.resolve(((asked += 1), Response.json({ person, csrf }))),
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
  for (const meant of await Promise.all(refusals))
    expect((meant as Problem).message).toBe("You are signed out. Sign in again; your edits are kept.");
  expect(watch.state.getState()).toEqual({ who: "nobody" });
  expect(asked).toBe(1);
});

test("other errors are not asked about", async () => {
  const conflict = new Problem(409, "Taken", "");
  expect(await watch.explain(conflict)).toBe(conflict);
  expect(asked).toBe(0);
});

test("signing in again in any window is noticed, with the token that writes carry from then on", async () => {
  person = null;
  watch.refused();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(watch.state.getState()).toEqual({ who: "nobody" });
  [person, csrf] = [{ id: "p1", name: "Mika" }, "second"];
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.state.getState()).toEqual({ who: "me" });
  expect(watch.token).toBe("second");
  const before = asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(before);
});

test("another person is named, and their token is not taken", async () => {
  [person, csrf] = [{ id: "p2", name: "Noor" }, "theirs"];
  watch.refused();
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.state.getState()).toEqual({ who: "other", name: "Noor" });
  expect(watch.token).toBe("first");
  expect(((await watch.explain(notFound)) as Problem).message).toBe(
    "Noor is signed in in this browser now. Your edits are kept here and are not sent in another's name.",
  );
});

test("a network that is gone says nothing of the session", async () => {
  const gone = new SignInWatch({ me: "p1", csrf, fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  expect(await gone.explain(notFound)).toBe(notFound);
  expect(gone.state.getState()).toEqual({ who: "me" });
});
