// What is watched: asked once for each text, shown when it is there, and let go.
import type { Preview, PreviewBuild, Watch, Wire } from "../../../api/schema";
import { expect, test, vi } from "vitest";
import { MOST_WIRES, VariantBuild } from "./variant-build";

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
  const asked: (readonly Wire[])[] = [];
  const told: string[] = [];
  const next = () => Promise.resolve(answers.shift() ?? answer("ready", { build }));
  const made = new VariantBuild({ watch: (wires) => (asked.push(wires), next()), watched: next }, (sentence) =>
    told.push(sentence),
  );
  made.follow(preview("one"));
  return { made, asked, told };
}

test("a wire is watched by its rune as soon as that is built", async () => {
  const { made } = store(answer("building"), answer("ready", { build }));
  made.toggle({ stage: "fft", index: 0 });
  expect(made.isWatched({ stage: "fft", index: 0 })).toBe(true);
  await vi.waitFor(() => expect(made.state.getState().problem).toBeNull());
  await Promise.resolve();
  made.apply({ sequence: 1, type: "preview.watched", data: { watch: "w", state: "building" } });
  await vi.waitFor(() => expect(made.state.getState()).toMatchObject({ build, of: "one" }));
});

test("an event that brings the answer is not asked about", async () => {
  const asked = vi.fn(() => Promise.reject(new Error("not asked")));
  const made = new VariantBuild({ watch: () => Promise.resolve(answer("building")), watched: asked }, vi.fn());
  made.follow(preview("one"));
  made.toggle({ stage: "fft", index: 0 });
  await vi.waitFor(() => expect(made.state.getState().problem).toBeNull());
  await Promise.resolve();
  made.apply({
    sequence: 1,
    type: "preview.watched",
    data: { watch: "w", state: "ready", answer: answer("ready", { build }) },
  });
  expect(made.state.getState()).toMatchObject({ build, of: "one" });
  expect(asked).not.toHaveBeenCalled();
});

test("another text is asked for anew, the same is not", async () => {
  const { made, asked } = store();
  made.toggle({ stage: "fft", index: 0 });
  made.follow(preview("one"));
  made.follow(preview("two"));
  await vi.waitFor(() => expect(made.state.getState().of).toBe("two"));
  expect(asked).toHaveLength(2);
});

test("the last wire that is let go ends it, and a late answer is not heard", async () => {
  const { made } = store(answer("ready", { build }));
  made.toggle({ stage: "fft", index: 0 });
  made.toggle({ stage: "fft", index: 0 });
  await Promise.resolve();
  await Promise.resolve();
  expect(made.state.getState()).toEqual({ wires: [], build: null, of: null, problem: null, tests: null });
});

test("a timed rune is asked for without wires, of each text, until nobody looks", async () => {
  const { made, asked } = store();
  made.setVariant({ timed: true });
  made.setVariant({ timed: true });
  made.follow(preview("two"));
  await vi.waitFor(() => expect(made.state.getState()).toMatchObject({ build, of: "two" }));
  made.setVariant(null);
  made.follow(preview("three"));
  expect(asked).toEqual([[], []]);
  expect(made.state.getState().build).toBeNull();
});

test("another fix is asked for at once, and what was built for the one before is let go", async () => {
  const wishes: unknown[] = [];
  const answers = [answer("ready", { build }), answer("building")];
  const made = new VariantBuild(
    {
      watch: (_, wish) => (wishes.push(wish), Promise.resolve(answers.shift() ?? answer("building"))),
      watched: () => Promise.resolve(answer("building")),
    },
    vi.fn(),
  );
  made.follow(preview("one"));
  const fix = { code: "RUNE0048", place: 0, choice: 1 };
  made.setVariant({ fix });
  made.setVariant({ fix: { ...fix } });
  await vi.waitFor(() => expect(made.state.getState()).toMatchObject({ build, of: "one" }));
  made.setVariant({ fix: { ...fix, place: 1 } });
  expect(made.state.getState().build).toBeNull();
  expect(wishes).toEqual([{ fix }, { fix: { ...fix, place: 1 } }]);
  made.setVariant(null);
});

test("what cannot be watched is said", async () => {
  const { made } = store(answer("failed", { error: "There is no wire 0 out of fft any more." }));
  made.toggle({ stage: "fft", index: 0 });
  await vi.waitFor(() => expect(made.state.getState().problem).toBe("There is no wire 0 out of fft any more."));
});

test("only so many are watched at once", () => {
  const { made, told } = store();
  for (let index = 0; index <= MOST_WIRES; index += 1) made.toggle({ stage: "fft", index });
  expect(made.state.getState().wires).toHaveLength(MOST_WIRES);
  expect(told).toHaveLength(1);
});
