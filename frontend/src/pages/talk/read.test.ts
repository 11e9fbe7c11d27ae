import { expect, test, vi } from "vitest";

// The module listens for presses when it is loaded.
vi.stubGlobal("document", { addEventListener: () => undefined });
const { oneAtATime } = await import("./read");

test("what was asked for during a task that failed is done, and so is what is asked for later", async () => {
  let runs = 0;
  const run = oneAtATime(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("away")) : Promise.resolve();
  });
  const first = run();
  const second = run();
  await expect(first).rejects.toThrow("away");
  await second;
  await run();
  expect(runs).toBe(3);
});
