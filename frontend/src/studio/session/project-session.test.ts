import type { Build, JobState, Preview, ProjectState } from "../../api/schema";
import { expect, test } from "vitest";
import {
  afterEvent,
  buildTitle,
  lastSucceeded,
  newestToReview,
  sessionOf,
  withAnswer,
  withBuild,
  withPreview,
} from "./project-session";

function build(number: number | null, state: JobState = "running"): Build {
  return {
    id: `b${number}`,
    job: null,
    number,
    kind: "numbered",
    state,
    attempt: 1,
    data: null,
    version: { number: 1, digest: "sha256:1" },
    change_request: null,
    manner: { optimize: "balanced", optimize_packages: "balanced", match: "litert" },
    requested_by: null,
    created: "",
    started: null,
    finished: null,
    report: null,
    evaluation: null,
    packages: [],
    limits: [],
    diagnostics: [],
    error: null,
    url: "",
    rune_url: null,
  };
}

const PREVIEW: Preview = {
  sequence: 4,
  state: "ready",
  diagnostics: [],
  outline: { nodes: [], wires: [] },
  current: true,
  error: null,
  build: null,
};
const STATE: ProjectState = {
  sequence: 1,
  project: {
    id: "p",
    organisation: "acme",
    name: "keywords",
    visibility: "private",
    description: "",
    url: "/acme/keywords",
  },
  me: { id: "u", name: "Mika", initials: "MK", colour: 1 },
  may: ["see", "read", "edit"],
  draft: null,
  draft_work: null,
  preview: PREVIEW,
  builds: [build(41, "succeeded")],
  tags: [],
  targets: [],
  public_url: "http://127.0.0.1:8000",
  public_url_is_loopback: true,
  upload_limit: 1,
};

test("a new build comes first and a known one is replaced where it stands", () => {
  const builds = withBuild(withBuild([build(41)], build(42)), build(41, "failed"));
  expect(builds.map((each) => [each.number, each.state])).toEqual([
    [42, "running"],
    [41, "failed"],
  ]);
});

test("an answer that its events have overtaken takes nothing back, and an end counts at once", () => {
  expect(withAnswer([build(42, "succeeded")], build(42, "queued"))[0]?.state).toBe("succeeded");
  expect(withAnswer([build(42, "running")], build(42, "cancelled"))[0]?.state).toBe("cancelled");
  expect(withAnswer([build(41)], build(42, "queued")).map(({ number }) => number)).toEqual([42, 41]);
});

test("the targets that somebody chose are those of the next build", () => {
  const event = { sequence: 2, type: "targets.changed", data: { targets: ["c", "cortex-m4"] } } as const;
  const { session, reading } = afterEvent(sessionOf(STATE), event);
  expect(session.targets).toEqual(["c", "cortex-m4"]);
  expect(reading).toBeNull();
});

test("a preview's build has no number and is not among the builds", () => {
  expect(withBuild([], build(null))).toEqual([]);
});

test("an event of a build changes it and points at its log", () => {
  const { session, reading } = afterEvent(sessionOf(STATE), {
    sequence: 2,
    type: "build.changed",
    data: { build: build(42) },
  });
  expect(session.builds[0]?.number).toBe(42);
  expect(reading).toEqual({ what: "log", build: "b42" });
});

test("an event of the preview brings it; one without it, as read from the log, says that it must be read", () => {
  const before = sessionOf(STATE);
  const preview = { ...PREVIEW, sequence: 5 };
  expect(
    afterEvent(before, { sequence: 2, type: "preview.changed", data: { sequence: 5, state: "ready", preview } }),
  ).toEqual({
    session: { ...before, preview },
    reading: null,
  });
  expect(
    afterEvent(before, { sequence: 2, type: "preview.changed", data: { sequence: 5, state: "checking" } }),
  ).toEqual({
    session: before,
    reading: { what: "preview" },
  });
});

test("an event of a kind that is not known changes nothing", () => {
  const before = sessionOf(STATE);
  const unknown = { sequence: 2, type: "moon.rose", data: {} } as unknown as Parameters<typeof afterEvent>[1];
  expect(afterEvent(before, unknown)).toEqual({ session: before, reading: null });
});

test("a preview of an older text that arrives late is passed over", () => {
  const session = sessionOf(STATE);
  expect(withPreview(session, { ...PREVIEW, sequence: 3, state: "broken" })).toBe(session);
  expect(withPreview(session, { ...PREVIEW, state: "building" }).preview.state).toBe("building");
});

test("the last build with a rune is found past failed ones", () => {
  expect(lastSucceeded([build(43, "failed"), build(42, "succeeded"), build(41, "succeeded")])?.number).toBe(42);
  expect(lastSucceeded([build(43, "failed")])).toBeNull();
  expect(newestToReview([build(44, "failed"), build(43, "running"), build(42, "succeeded")])?.number).toBe(43);
  expect(newestToReview([build(44, "failed"), build(42, "succeeded")])?.number).toBe(42);
});

test("the result of a change request is no build of the project until it is merged", () => {
  const proposed = { ...build(44, "succeeded"), change_request: 3 };
  expect(lastSucceeded([proposed, build(42, "succeeded")])?.number).toBe(42);
  expect(newestToReview([proposed])).toBeNull();
  expect(buildTitle(proposed)).toBe("Build 44 (change request 3)");
});
