import type { ProjectEvent, ProjectState } from "../../api/schema";
import { expect, test, vi } from "vitest";
import { ProjectClient } from "../api/client";
import { SessionStore } from "./store";

const PREVIEW = {
  sequence: 1,
  state: "ready",
  diagnostics: [],
  outline: { nodes: [], wires: [] },
  current: true,
  error: null,
  build: null,
};
const STATE = {
  sequence: 1,
  project: { id: "p", organisation: "acme", name: "keywords", visibility: "private", description: "", url: "" },
  me: { id: "u", name: "Mika", initials: "MK", colour: 1 },
  may: ["see", "read", "edit"],
  draft: null,
  draft_work: null,
  preview: PREVIEW,
  builds: [],
  tags: [],
  targets: [],
  public_url: "",
  public_url_is_loopback: false,
  upload_limit: 1,
} as ProjectState;

/** A store whose network gives these answers, and holds each until it is let go. */
function storeOf(answers: Readonly<Record<string, () => unknown>>) {
  const requests: string[] = [];
  const pending: (() => void)[] = [];
  const client = new ProjectClient(
    "acme",
    "keywords",
    { token: "t", explain: (error) => Promise.resolve(error) },
    (address) => {
      requests.push(address);
      return new Promise((resolve) =>
        pending.push(() => resolve(Response.json(answers[address.split("/").at(-1) ?? ""]?.()))),
      );
    },
  );
  const readState = vi.fn<() => void>();
  const store = new SessionStore(STATE, client, vi.fn(), readState);
  const letGo = async (): Promise<void> => {
    for (const go of pending.splice(0)) go();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { store, requests, letGo, readState };
}

test("many events of the preview at once are read twice at most: now, and once after", async () => {
  let sequence = 1;
  const { store, requests, letGo } = storeOf({ preview: () => ({ ...PREVIEW, sequence: ++sequence }) });
  for (let number = 2; number < 20; number++)
    store.apply({ sequence: number, type: "preview.changed", data: { sequence: 5, state: "checking" } });
  expect(requests).toHaveLength(1);
  await letGo();
  await letGo();
  expect(requests).toHaveLength(2);
  expect(store.state.getState().preview.sequence).toBe(3);
});

test("a preview that is behind the text is asked for when the page opens and when the state is read again, and no other is", async () => {
  let current = false;
  const { store, requests, letGo } = storeOf({
    state: () => ({ ...STATE, preview: { ...PREVIEW, current } }),
    preview: () => PREVIEW,
  });
  store.refreshPreview();
  expect(requests).toEqual([]);
  void store.refetch();
  await letGo();
  expect(requests.map((address) => address.split("/").at(-1))).toEqual(["state", "preview"]);
  current = true;
  void store.refetch();
  await letGo();
  await letGo();
  expect(requests.map((address) => address.split("/").at(-1))).toEqual(["state", "preview", "state"]);
});

test("the log is read for builds that are watched, and not for others", async () => {
  const lines = [{ step: "check", text: "ok", milliseconds: 1 }];
  const { store, requests, letGo } = storeOf({ log: () => ({ lines }) });
  store.apply({ sequence: 2, type: "build.log", data: { build: "b1", lines: [] } });
  expect(requests).toEqual([]);
  store.watch("b1");
  await letGo();
  expect(store.state.getState().logs).toEqual({ b1: lines });
  store.apply({ sequence: 3, type: "build.log", data: { build: "b1", lines: [] } });
  expect(requests).toEqual(["/api/v1/builds/b1/log", "/api/v1/builds/b1/log"]);
});

test("after a gap the whole state is new and its number is given", async () => {
  const { store, letGo } = storeOf({
    state: () => ({
      ...STATE,
      sequence: 9,
      tags: [{ tag: "1.0.0", moves: false, build_number: 1, digest: "", created: "" }],
    }),
  });
  const read = store.refetch();
  await letGo();
  expect(await read).toBe(9);
  expect(store.state.getState().tags).toHaveLength(1);
});

test("an event that does not bring the state has it read by the event stream, which keeps what comes meanwhile", () => {
  const { store, requests, readState } = storeOf({});
  store.apply({ sequence: 2, type: "tag.published", data: {} } as ProjectEvent);
  expect(readState).toHaveBeenCalledOnce();
  expect(requests).toEqual([]);
});

test("a preview that is read takes nothing back of what events said meanwhile", async () => {
  const { store, letGo } = storeOf({ preview: () => ({ ...PREVIEW, sequence: 5 }) });
  store.readPreview();
  const project = { ...STATE.project, description: "Words" };
  store.apply({ sequence: 2, type: "project.changed", data: { project } });
  await letGo();
  expect(store.state.getState()).toMatchObject({ preview: { sequence: 5 }, project: { description: "Words" } });
});

test("a read that fails is reported, and the next event reads again", async () => {
  const onError = vi.fn();
  const fetch = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
  const store = new SessionStore(
    STATE,
    new ProjectClient("acme", "keywords", { token: "t", explain: (error) => Promise.resolve(error) }, fetch),
    onError,
    vi.fn(),
  );
  for (const sequence of [2, 3]) {
    store.apply({ sequence, type: "preview.changed", data: { sequence: 5, state: "checking" } });
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(onError).toHaveBeenCalledTimes(2);
});
