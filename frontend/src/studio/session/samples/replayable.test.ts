import { afterEach, expect, test, vi } from "vitest";
import type { Sample } from "../../../api/schema";
import type { Workspace } from "../workspace";
import { NOT_REPLAYED } from "./replayable";
import { sampleOfAddress } from "./of-address";

const sampleOf = (id: string, kind: Sample["kind"]): Pick<Sample, "id" | "kind" | "label" | "split" | "playable"> => ({
  id,
  kind,
  label: "dry",
  split: "test",
  playable: true,
});
const file = new Blob(["1,2,3\n"]);
const client = {
  samples: () => Promise.resolve({ samples: [sampleOf("a", "table"), sampleOf("b", "motion")] }),
  recording: () => Promise.resolve(file),
} as unknown as Workspace["client"];

afterEach(() => vi.unstubAllGlobals());

async function replayed(search: string): Promise<{ readonly recorded: unknown; readonly said: readonly string[] }> {
  vi.stubGlobal("window", { location: { search } });
  const said: string[] = [];
  const toasts = { say: (sentence: string) => said.push(sentence) } as unknown as Workspace["toasts"];
  return { recorded: await sampleOfAddress({ client, toasts }), said };
}

test("a recording that the address names is replayed; of a table it is said that it is not", async () => {
  expect(await replayed("?sample=b")).toEqual({ recorded: { label: "dry", kind: "motion", file }, said: [] });
  expect(await replayed("?sample=a")).toEqual({ recorded: null, said: [NOT_REPLAYED] });
  expect((await replayed("?sample=c")).said).toEqual([expect.stringContaining("no longer exists")]);
  expect(await replayed("")).toEqual({ recorded: null, said: [] });
});
