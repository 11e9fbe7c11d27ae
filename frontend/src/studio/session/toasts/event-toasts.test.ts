import type { Build, JobState, ProjectEvent } from "../../../api/schema";
import { describe, expect, it } from "vitest";
import { toastOf } from "./event-toasts";
import type { ProjectSession } from "../project-session";

const ARI = { id: "a", name: "Ari", initials: "AR", colour: 2 };
const ME = { id: "u", name: "Mika", initials: "MK", colour: 1 };

const build = (state: JobState) =>
  ({ id: "b", number: 3, change_request: null, state, url: "/acme/keywords/builds/3" }) as Build;

const session = (state: JobState) =>
  ({ me: ME, project: { url: "/acme/keywords" }, builds: [build(state)] }) as unknown as ProjectSession;

const buildEvent = (state: JobState): ProjectEvent => ({
  sequence: 2,
  type: "build.changed",
  data: { build: build(state) },
});

describe("a build", () => {
  it("is news when it ends, whichever way", () => {
    const texts = (["succeeded", "failed", "lost", "cancelled"] as const).map(
      (state) => toastOf(buildEvent(state), session("running"))?.text,
    );
    expect(texts).toEqual(["Build 3 succeeded.", "Build 3 failed.", "Build 3 failed.", "Build 3 was cancelled."]);
  });

  it("is no news while it goes on, and when its end was shown before", () => {
    expect(toastOf(buildEvent("running"), session("queued"))).toBeNull();
    expect(toastOf(buildEvent("succeeded"), session("succeeded"))).toBeNull();
  });
});

describe("a review", () => {
  const verdict = (change: string, by: typeof ARI): ProjectEvent =>
    ({ sequence: 2, type: "review.changed", data: { build: "b", number: 3, change, by } }) as ProjectEvent;
  const step = (change: string, by: typeof ARI): ProjectEvent =>
    ({ sequence: 2, type: "review.requested", data: { review: "r", number: 7, change, by } }) as ProjectEvent;

  it("tells of others' verdicts, not of one's own and not of comments", () => {
    expect(toastOf(verdict("approved", ARI), session("succeeded"))?.text).toBe("Ari approved build 3.");
    expect(toastOf(verdict("changes", ARI), session("succeeded"))?.text).toBe("Ari asks for changes to build 3.");
    expect(toastOf(verdict("approved", ME), session("succeeded"))).toBeNull();
    expect(toastOf(verdict("comment", ARI), session("succeeded"))).toBeNull();
  });

  it("tells of its rounds, with the way there", () => {
    expect(toastOf(step("requested", ARI), session("succeeded"))?.text).toBe("Ari asked for review 7.");
    expect(toastOf(step("round", ARI), session("succeeded"))).toEqual({
      text: "Ari began another round of review 7.",
      url: "/acme/keywords/reviews/7",
    });
    expect(toastOf(step("comment", ARI), session("succeeded"))).toBeNull();
  });
});
