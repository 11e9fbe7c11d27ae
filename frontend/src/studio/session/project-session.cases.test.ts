// The session before, changed by its events, is the session after: by cases that the server gives of all its acts.
// tests/forge/events/test_front_end_follows_events.py collects them, holds the server to them, and runs this file.
import type { ProjectEvent, ProjectState } from "../../api/schema";
import { expect, inject, test } from "vitest";
import { afterEvent, sessionOf, withPreview, type StateRequest, type ProjectSession } from "./project-session";

interface Case {
  readonly before: ProjectState;
  readonly events: readonly ProjectEvent[];
  readonly after: ProjectState;
}

declare module "vitest" {
  interface ProvidedContext {
    eventCases: object;
  }
}

const CASES = inject("eventCases") as Readonly<Record<string, Case>>;

/** The session after a reading, now that all has happened. */
function withReading(session: ProjectSession, reading: StateRequest | null, now: ProjectState): ProjectSession {
  if (reading?.what === "state") return { ...session, ...now };
  return reading?.what === "preview" ? withPreview(session, now.preview) : session;
}

function follow({ before, events, after }: Case): ProjectSession {
  return events.reduce((current, event) => {
    const { session, reading } = afterEvent(current, event);
    return withReading(session, reading, after);
  }, sessionOf(before));
}

/** The number of the last event, which the stream keeps, and what no state of the server has. */
const OWN: ReadonlySet<string> = new Set(["sequence", "logs", "connected", "dataRevision"]);

/** The state that events explain, with no builds of before the newest. */
function shownState(state: ProjectState, buildCount: number): unknown {
  const parts = Object.entries({ ...state, builds: state.builds.slice(0, buildCount) });
  return Object.fromEntries(parts.filter(([name]) => !OWN.has(name)));
}

test("there are cases", () => {
  expect(Object.keys(CASES).length).toBeGreaterThan(0);
});

test.each(Object.entries(CASES))("%s", (_, example) => {
  const buildCount = example.after.builds.length;
  expect(shownState(follow(example), buildCount)).toEqual(shownState(example.after, buildCount));
});

test.each(Object.entries(CASES))("%s, when its events are read from the log", (_, example) => {
  const events = example.events.map((event) => withoutMessage(event));
  const buildCount = example.after.builds.length;
  expect(shownState(follow({ ...example, events }), buildCount)).toEqual(shownState(example.after, buildCount));
});

/** As the log keeps it. */
function withoutMessage(event: ProjectEvent): ProjectEvent {
  if (event.type === "preview.changed") return { ...event, data: { ...event.data, preview: undefined } };
  if (event.type === "preview.watched") return { ...event, data: { ...event.data, answer: undefined } };
  return event;
}
