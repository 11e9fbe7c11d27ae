import { describe, expect, it } from "vitest";
import type { ProjectClient } from "../../api/client";
import { isKnown, withdrawAll } from "./splits-and-labels";

describe("samples", () => {
  it("knows a label whatever its case and spaces", () => {
    expect(isKnown(" Turn  Left ", ["turn left"])).toBe(true);
    expect(isKnown("turn right", ["turn left"])).toBe(false);
  });

  it("takes each back once", async () => {
    const withdrawn: string[] = [];
    const client = {
      withdrawSample: (id: string) => Promise.resolve(void withdrawn.push(id)),
    } as unknown as ProjectClient;
    await withdrawAll(
      client,
      ["a", "b", "c", "d", "e"].map((id) => ({ id })),
    );
    expect(withdrawn).toEqual(["a", "b", "c", "d", "e"]);
  });
});
