import { describe, expect, test, vi } from "vitest";
import { CollectProblem, type OutgoingRecording, type CollectTrouble } from "./client";
import { Outbox } from "./outbox";
import type { RecordingStorage, SavedRecording } from "./storage";

function memory(): RecordingStorage & { readonly rows: Map<string, SavedRecording> } {
  const rows = new Map<string, SavedRecording>();
  return {
    rows,
    all: () => Promise.resolve([...rows.values()]),
    put: (recording) => Promise.resolve(void rows.set(recording.key, recording)),
    remove: (key) => Promise.resolve(void rows.delete(key)),
  };
}

function recording(key: string, isToSend = false): SavedRecording {
  const bytes = new TextEncoder().encode(key).buffer;
  const face = { kind: "sound", peaks: [1] } as const;
  return { key, bytes, type: "audio/wav", label: "knock", device: "phone", face, recordedAt: 1, isToSend };
}

function failing(trouble: CollectTrouble): () => Promise<void> {
  return () => Promise.reject(new CollectProblem(trouble, `said ${trouble}`));
}

describe("nothing leaves the phone before its person sends it", () => {
  test("a saved recording waits for Send", async () => {
    const add = vi.fn((_: OutgoingRecording) => Promise.resolve());
    const storage = memory();
    const outbox = new Outbox(storage, add);
    await outbox.save(recording("a"));
    await outbox.flush();
    expect(add).not.toHaveBeenCalled();
    expect(storage.rows.size).toBe(1);
    await outbox.sendAll();
    expect(add).toHaveBeenCalledOnce();
    expect(storage.rows.size).toBe(0);
    expect(outbox.state.getState()).toMatchObject({ savedRecordings: [], sentCount: 1, problem: null });
  });

  test("clearing deletes all of it", async () => {
    const storage = memory();
    const outbox = new Outbox(storage, () => Promise.resolve());
    await outbox.save(recording("a"));
    await outbox.save(recording("b"));
    await outbox.clear();
    expect(storage.rows.size).toBe(0);
    expect(outbox.state.getState().savedRecordings).toEqual([]);
  });
});

describe("what the server did not take", () => {
  test("is deleted from the phone where it was refused, and the others go on", async () => {
    const storage = memory();
    const sentNames: string[] = [];
    const outbox = new Outbox(storage, ({ bytes }) => {
      const name = new TextDecoder().decode(bytes);
      if (name === "a") return failing("refused")();
      sentNames.push(name);
      return Promise.resolve();
    });
    await outbox.save(recording("a"));
    await outbox.save(recording("b"));
    await outbox.sendAll();
    expect(sentNames).toEqual(["b"]);
    expect(storage.rows.size).toBe(0);
  });

  test("is deleted with everything where the phone may record no longer", async () => {
    const storage = memory();
    const outbox = new Outbox(storage, failing("no-access"));
    await outbox.save(recording("a"));
    await outbox.save(recording("b"));
    await outbox.sendAll();
    expect(storage.rows.size).toBe(0);
    expect(outbox.state.getState().stopReason).toBe("no-access");
  });

  test("waits for another consent, and is sent after it", async () => {
    const storage = memory();
    let answer = failing("consent");
    const outbox = new Outbox(storage, () => answer());
    await outbox.save(recording("a"));
    await outbox.sendAll();
    expect(outbox.state.getState()).toMatchObject({ stopReason: "consent", problem: "said consent" });
    expect(storage.rows.size).toBe(1);
    answer = () => Promise.resolve();
    await outbox.flush();
    expect(outbox.state.getState()).toMatchObject({
      stopReason: null,
      problem: null,
      savedRecordings: [],
      sentCount: 1,
    });
  });

  test("is counted as sent where an earlier answer was lost", async () => {
    const outbox = new Outbox(memory(), failing("known"));
    await outbox.save(recording("a"));
    await outbox.sendAll();
    expect(outbox.state.getState()).toMatchObject({ savedRecordings: [], sentCount: 1 });
  });
});

test("without a network, recordings wait over a reload and are sent when it is back", async () => {
  const storage = memory();
  const offline = new Outbox(storage, failing("offline"));
  await offline.save(recording("a", true));
  await vi.waitFor(() => expect(offline.state.getState().isOffline).toBe(true));
  expect(storage.rows.get("a")?.isToSend).toBe(true);

  const again = new Outbox(storage, () => Promise.resolve());
  await again.open();
  await again.flush();
  expect(again.state.getState()).toMatchObject({ savedRecordings: [], sentCount: 1, isOffline: false });
  expect(storage.rows.size).toBe(0);
});

test("a busy server is asked again", async () => {
  vi.useFakeTimers();
  try {
    let tries = 0;
    const outbox = new Outbox(memory(), () => {
      tries += 1;
      return tries === 1 ? failing("later")() : Promise.resolve();
    });
    await outbox.save(recording("a", true));
    await vi.advanceTimersByTimeAsync(10);
    expect(outbox.state.getState().problem).toBe("said later");
    await vi.advanceTimersByTimeAsync(5000);
    expect(outbox.state.getState()).toMatchObject({ savedRecordings: [], sentCount: 1 });
  } finally {
    vi.useRealTimers();
  }
});

describe("Send while other things go on", () => {
  test("a recording that is saved meanwhile stays, and one that is removed meanwhile does not come back", async () => {
    const storage = memory();
    const add = vi.fn((_: OutgoingRecording) => Promise.reject(new CollectProblem("offline", "no network")));
    const outbox = new Outbox(storage, add);
    await outbox.save(recording("a"));
    await outbox.save(recording("b"));
    const sending = outbox.sendAll();
    await outbox.remove("b");
    await outbox.save(recording("c"));
    await sending;
    expect(outbox.state.getState().savedRecordings.map(({ key }) => key)).toEqual(["a", "c"]);
    expect([...storage.rows.keys()].sort()).toEqual(["a", "c"]);
    await outbox.clear();
  });
});
