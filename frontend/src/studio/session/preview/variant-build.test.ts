// Watched wires: asked once for each text, shown when the build is there, and let go.
import type { Preview, PreviewBuild, Watch, Wire } from "../../../api/schema";
import { expect, test, vi } from "vitest";
import { MAX_WIRES } from "../../../declared/studio-limits";
import { Problem } from "../../api/problem";
import { VariantBuild } from "./variant-build";

const build = { id: "b", version: "watch", rune_digest: "sha256:1" } as PreviewBuild;
const preview = (version: string) => ({ build: { version } }) as Preview;
const answer = (state: Watch["state"], changed: Partial<Watch> = {}): Watch => ({
  id: "w",
  wires: [],
  timed: false,
  fix: null,
  tests: null,
  state,
  error: null,
  build: null,
  ...changed,
});

function store(...answers: Watch[]) {
  const requests: (readonly Wire[])[] = [];
  const sentences: string[] = [];
  const next = () => Promise.resolve(answers.shift() ?? answer("ready", { build }));
  const variant = new VariantBuild({ watch: (wires) => (requests.push(wires), next()), readWatch: next }, (sentence) =>
    sentences.push(sentence),
  );
  variant.follow(preview("one"));
  return { variant, requests, sentences };
}

test("a wire is watched by its rune as soon as that is built", async () => {
  const { variant } = store(answer("building"), answer("ready", { build }));
  variant.toggle({ stage: "fft", index: 0 });
  expect(variant.isWatched({ stage: "fft", index: 0 })).toBe(true);
  await vi.waitFor(() => expect(variant.state.getState().problem).toBeNull());
  await Promise.resolve();
  variant.apply({ sequence: 1, type: "preview.watched", data: { watch: "w", state: "building" } });
  await vi.waitFor(() => expect(variant.state.getState()).toMatchObject({ build, of: "one" }));
});

test("an event that brings the answer is not asked about", async () => {
  const requests = vi.fn(() => Promise.reject(new Error("not asked")));
  const variant = new VariantBuild({ watch: () => Promise.resolve(answer("building")), readWatch: requests }, vi.fn());
  variant.follow(preview("one"));
  variant.toggle({ stage: "fft", index: 0 });
  await vi.waitFor(() => expect(variant.state.getState().problem).toBeNull());
  await Promise.resolve();
  variant.apply({
    sequence: 1,
    type: "preview.watched",
    data: { watch: "w", state: "ready", answer: answer("ready", { build }) },
  });
  expect(variant.state.getState()).toMatchObject({ build, of: "one" });
  expect(requests).not.toHaveBeenCalled();
});

test("another text is asked for anew, the same is not", async () => {
  const { variant, requests } = store();
  variant.toggle({ stage: "fft", index: 0 });
  variant.follow(preview("one"));
  variant.follow(preview("two"));
  await vi.waitFor(() => expect(variant.state.getState().of).toBe("two"));
  expect(requests).toHaveLength(2);
});

test("while texts follow each other, only the newest is asked for, and an answer to an older one is not heard", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const { variant, requests } = store(answer("building"));
    variant.toggle({ stage: "fft", index: 0 });
    for (const version of ["two", "three", "four"]) {
      await vi.advanceTimersByTimeAsync(200);
      variant.follow(preview(version));
    }
    variant.apply({
      sequence: 1,
      type: "preview.watched",
      data: { watch: "w", state: "ready", answer: answer("ready", { build }) },
    });
    expect(requests).toHaveLength(1);
    expect(variant.state.getState().build).toBeNull();
    await vi.advanceTimersByTimeAsync(500);
    expect(requests).toHaveLength(2);
    expect(variant.state.getState()).toMatchObject({ build, of: "four" });
  } finally {
    vi.useRealTimers();
  }
});

test("the last wire that is let go ends it, and a late answer is not heard", async () => {
  const { variant } = store(answer("ready", { build }));
  variant.toggle({ stage: "fft", index: 0 });
  variant.toggle({ stage: "fft", index: 0 });
  await Promise.resolve();
  await Promise.resolve();
  expect(variant.state.getState()).toEqual({ wires: [], build: null, of: null, problem: null, tests: null });
});

test("a timed rune is asked for without wires, of each text, until nobody looks", async () => {
  const { variant, requests } = store();
  variant.setVariant({ timed: true });
  variant.setVariant({ timed: true });
  variant.follow(preview("two"));
  await vi.waitFor(() => expect(variant.state.getState()).toMatchObject({ build, of: "two" }));
  variant.setVariant(null);
  variant.follow(preview("three"));
  expect(requests).toEqual([[], []]);
  expect(variant.state.getState().build).toBeNull();
});

test("another fix is asked for at once, and what was built for the one before is let go", async () => {
  const overrides: unknown[] = [];
  const answers = [answer("ready", { build }), answer("building")];
  const variant = new VariantBuild(
    {
      watch: (_, override) => (overrides.push(override), Promise.resolve(answers.shift() ?? answer("building"))),
      readWatch: () => Promise.resolve(answer("building")),
    },
    vi.fn(),
  );
  variant.follow(preview("one"));
  const fix = { code: "RUNE0048", place: 0, choice: 1 };
  variant.setVariant({ fix });
  variant.setVariant({ fix: { ...fix } });
  await vi.waitFor(() => expect(variant.state.getState()).toMatchObject({ build, of: "one" }));
  variant.setVariant({ fix: { ...fix, place: 1 } });
  expect(variant.state.getState().build).toBeNull();
  expect(overrides).toEqual([{ fix }, { fix: { ...fix, place: 1 } }]);
  variant.setVariant(null);
});

test("what cannot be watched is said", async () => {
  const { variant } = store(answer("failed", { error: "There is no wire 0 out of fft any more." }));
  variant.toggle({ stage: "fft", index: 0 });
  await vi.waitFor(() => expect(variant.state.getState().problem).toBe("There is no wire 0 out of fft any more."));
});

test("only so many are watched at once", () => {
  const { variant, sentences } = store();
  for (let index = 0; index <= MAX_WIRES; index += 1) variant.toggle({ stage: "fft", index });
  expect(variant.state.getState().wires).toHaveLength(MAX_WIRES);
  expect(sentences).toHaveLength(1);
});

test("a build that cannot be read is read again, and one that is refused is not", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const errors = [new TypeError("Failed to fetch"), new Problem(502, "Bad gateway", "")];
    const readWatch = vi.fn(() => {
      const error = errors.shift();
      return error === undefined ? Promise.resolve(answer("ready", { build })) : Promise.reject(error);
    });
    const variant = new VariantBuild({ watch: () => Promise.resolve(answer("building")), readWatch }, vi.fn());
    variant.follow(preview("one"));
    variant.toggle({ stage: "fft", index: 0 });
    await vi.advanceTimersByTimeAsync(4000);
    expect(variant.state.getState().problem).not.toBeNull();
    await vi.advanceTimersByTimeAsync(6000);
    expect(variant.state.getState()).toMatchObject({ build, of: "one", problem: null });
    errors.push(new Problem(403, "Forbidden", ""));
    variant.follow(preview("two"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(readWatch).toHaveBeenCalledTimes(4);
  } finally {
    vi.useRealTimers();
  }
});

test("an event of what was asked for before takes no part in the request that follows", async () => {
  const answers = [Promise.resolve(answer("building")), new Promise<Watch>(() => undefined)];
  const readWatch = vi.fn(() => Promise.resolve(answer("ready", { build })));
  const variant = new VariantBuild({ watch: () => answers.shift() ?? Promise.reject(new Error()), readWatch }, vi.fn());
  variant.follow(preview("one"));
  variant.toggle({ stage: "fft", index: 0 });
  await Promise.resolve();
  await Promise.resolve();
  variant.toggle({ stage: "fft", index: 1 });
  variant.apply({
    sequence: 1,
    type: "preview.watched",
    data: { watch: "w", state: "ready", answer: answer("ready", { build }) },
  });
  expect(variant.state.getState().build).toBeNull();
  variant.stop();
});
