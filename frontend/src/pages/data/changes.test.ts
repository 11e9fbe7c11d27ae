import { expect, test } from "vitest";
import { Changes, type Mark } from "./changes";

/** A server with labels by number, which refuses what is older than its last change by somebody else. */
class Server {
  revision = 3;
  others = 0;
  readonly labels = new Map([
    [1, "knock"],
    [2, ""],
  ]);

  readonly send = async (body: { revision: number; changes: readonly Mark[] }) => {
    await Promise.resolve();
    if (body.revision < this.others) return "Sample 1 changed since you read the data.";
    const before = body.changes.map(({ number }) => ({
      number,
      label: this.labels.get(number) ?? "",
      is_excluded: false,
    }));
    for (const { number, label } of body.changes) this.labels.set(number, label ?? "");
    this.revision += 1;
    return { revision: this.revision, before };
  };
}

test("changes are taken back in the order in which they were last done", async () => {
  const server = new Server();
  const changes = new Changes(server.send);
  await changes.apply([{ number: 1, label: "glass" }], 3);
  const second = await changes.apply([{ number: 1, label: "ring" }], 4);
  expect(second).toMatchObject({ done: true, revision: 5, alone: true });
  await changes.undo(5);
  expect(server.labels.get(1)).toBe("glass");
  await changes.undo(6);
  expect(server.labels.get(1)).toBe("knock");
  expect(changes.canUndo).toBe(false);
  expect(await changes.undo(7)).toMatchObject({ done: false, detail: "There is nothing to undo." });
});

test("a change of somebody else in between is seen by the revision", async () => {
  const server = new Server();
  const changes = new Changes(server.send);
  server.revision = 8;
  expect(await changes.apply([{ number: 2, label: "glass" }], 3)).toMatchObject({ done: true, alone: false });
});

test("what is refused changes nothing and is not taken back later", async () => {
  const server = new Server();
  const changes = new Changes(server.send);
  server.others = 9;
  expect(await changes.apply([{ number: 1, label: "glass" }], 3)).toMatchObject({ done: false });
  expect(changes.canUndo).toBe(false);
  expect(server.labels.get(1)).toBe("knock");
});

test("thousands are sent in parts, and one undo takes all back", async () => {
  const server = new Server();
  const changes = new Changes(server.send);
  const many = Array.from({ length: 12_000 }, (_, index) => ({ number: index + 10, label: "a" }));
  expect(await changes.apply(many, 3)).toMatchObject({ done: true, revision: 6, alone: true });
  await changes.undo(6);
  expect([...server.labels.values()].filter((label) => label === "a")).toHaveLength(0);
  expect(changes.canUndo).toBe(false);
});
