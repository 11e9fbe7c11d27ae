// The choice of the rune on the phone: the first that is there, a newer one when it is wanted, the stored one without a
// network, nothing without access.
import { expect, test } from "vitest";
import { PlayerClient, PlayerProblem, csrfToken } from "./client";
import { OfflineStore } from "./offline-store";
import { PlayerStore } from "./store";
import type { PlayerState, RunnableRune } from "./types";

const run = (digest: string, tag: string | null = null): RunnableRune => ({
  title: tag ?? "Latest from the studio",
  tag,
  digest,
  size: 1,
  memory: 1,
  created: "2026-11-20T12:00:00Z",
  url: `/player/acme/digits/runes/${digest}`,
});

const state = (now: RunnableRune | null, tags: readonly RunnableRune[] = []): PlayerState => ({
  project: { organisation: "acme", name: "digits", url: "/player/acme/digits" },
  person: { id: "1", name: "Mika", initials: "MK", colour: 1 },
  by: "pass",
  may_pair: true,
  now,
  tags,
});

/** The server, whose answers a test changes. */
class Server {
  answer: () => Response | Promise<Response> = () => Response.json(state(run("a")));
  readonly requests: string[] = [];

  readonly client = new PlayerClient(
    "/player/acme/digits",
    (address, init) => {
      this.requests.push(`${init?.method ?? "GET"} ${address}`);
      if (address.endsWith("/state")) return Promise.resolve().then(() => this.answer());
      return Promise.resolve(new Response(null, { status: address.endsWith("/enter") ? 400 : 204 }));
    },
    () => "csrftoken=secret",
  );
}

class RecordingStore extends OfflineStore {
  was: PlayerState | null = null;
  removals = 0;

  constructor() {
    super(null, "/player/acme/digits");
  }

  override keepState(state: PlayerState): Promise<void> {
    this.was = state;
    return Promise.resolve();
  }

  override state(): Promise<PlayerState | null> {
    return Promise.resolve(this.was);
  }

  override forget(): Promise<void> {
    this.removals += 1;
    this.was = null;
    return Promise.resolve();
  }
}

function setUp(tag: string | null = null) {
  const server = new Server();
  const offline = new RecordingStore();
  const addresses: string[] = [];
  const store = new PlayerStore(server.client, offline, tag, (address) => {
    addresses.push(address);
    return Promise.resolve(new ArrayBuffer(1));
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { server, offline, store, addresses, settle };
}

test("what the studio shows runs at once, and a newer one when its person wants it", async () => {
  const { server, store, settle } = setUp();
  await store.start(null);
  await settle();
  expect(store.state.getState()).toMatchObject({ phase: "ready", running: { run: { digest: "a" } }, newer: null });
  server.answer = () => Response.json(state(run("b")));
  await store.look();
  expect(store.state.getState()).toMatchObject({ running: { run: { digest: "a" } }, newer: { digest: "b" } });
  store.useNewer();
  await settle();
  expect(store.state.getState()).toMatchObject({ running: { run: { digest: "b" } }, newer: null });
});

test("one who follows gets newer ones without a question", async () => {
  const { server, store, settle } = setUp();
  await store.start(null);
  await settle();
  store.follow(true);
  server.answer = () => Response.json(state(run("b")));
  await store.look();
  await settle();
  expect(store.state.getState()).toMatchObject({ running: { run: { digest: "b" } }, newer: null });
});

test("a tag that is wanted runs, and the choice can change", async () => {
  const { server, store, settle } = setUp("1.0");
  server.answer = () => Response.json(state(run("a"), [run("c", "1.1"), run("b", "1.0")]));
  await store.start(null);
  await settle();
  expect(store.state.getState().running?.run.tag).toBe("1.0");
  store.choose("1.1");
  await settle();
  expect(store.state.getState().running?.run.digest).toBe("c");
});

test("without a network the kept one runs, and what runs goes on", async () => {
  const { server, offline, store, settle } = setUp();
  offline.was = state(run("a"));
  server.answer = () => {
    throw new TypeError("no network");
  };
  await store.start(null);
  await settle();
  expect(store.state.getState()).toMatchObject({ phase: "ready", isOffline: true, running: { run: { digest: "a" } } });
  server.answer = () => Response.json(state(run("a")));
  await store.look();
  expect(store.state.getState().isOffline).toBe(false);
});

test("a phone that was never there says that the server cannot be reached", async () => {
  const { server, store } = setUp();
  server.answer = () => {
    throw new TypeError("no network");
  };
  await store.start(null);
  expect(store.state.getState()).toMatchObject({
    phase: "unreachable",
    problem: "The server cannot be reached. Check the connection and try again.",
  });
});

test.each([
  [401, "no-access"],
  [404, "not-found"],
])("an answer of %i stops what runs and forgets what was kept", async (status, phase) => {
  const { server, offline, store, settle } = setUp();
  await store.start(null);
  await settle();
  server.answer = () => Response.json({ detail: "no" }, { status });
  await store.look();
  expect(store.state.getState()).toMatchObject({ phase, state: null, running: null });
  expect(offline.removals).toBe(1);
});

test("a server in trouble takes nothing away", async () => {
  const { server, offline, store, settle } = setUp();
  await store.start(null);
  await settle();
  server.answer = () => new Response("", { status: 502 });
  await store.look();
  expect(store.state.getState()).toMatchObject({ isOffline: false, running: { run: { digest: "a" } } });
  expect(offline.removals).toBe(0);
});

test("the page says that a code has ended, and a person who is signed in goes on", async () => {
  const { server, store } = setUp();
  await store.start("old");
  expect(server.requests[0]).toBe("POST /player/acme/digits/enter");
  expect(store.state.getState()).toMatchObject({
    phase: "ready",
    problem: "The server answered with an error (400). Try again in a moment.",
  });
});

test("a problem is for a person", () => {
  expect(new PlayerProblem("offline", "words").message).toBe("words");
  expect(csrfToken("a=1; csrftoken=xyz; b=2")).toBe("xyz");
  expect(csrfToken("")).toBe("");
});
