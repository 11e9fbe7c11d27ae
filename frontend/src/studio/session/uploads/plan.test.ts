import { describe, expect, it } from "vitest";
import type { NamedFile } from "../../../look/files/incoming-files";
import { destination, isPlain, loneSource, planUpload } from "./plan";
import { loneArchive } from "../../../look/files/dropped-archive";

const file = (name: string, size = 3): NamedFile => ({
  name,
  file: new File([new Uint8Array(size)], name.split("/").at(-1) ?? name),
});
const say = (bytes: number): string => `${bytes} B`;

describe("where files go", () => {
  it("is by their kind, by their folder, or where they were dropped", () => {
    expect(destination("a.tflite", null)).toBe("models/a.tflite");
    expect(destination("data/a.wav", null)).toBe("data/a.wav");
    expect(destination("a.wav", "words/up")).toBe("words/up/a.wav");
    expect(destination("a.wav", "")).toBe("a.wav");
  });
});

describe("a model of another format", () => {
  it("is converted when it comes alone", () => {
    const model = file("net.keras");
    expect(loneSource([model])).toBe(model.file);
    expect(loneSource([file("net.ONNX")])?.name).toBe("net.ONNX");
    expect(loneSource([file("net.pt2")])?.name).toBe("net.pt2");
    expect(loneSource([model, file("a.wav")])).toBeNull();
    expect(loneSource([file("net.tflite")])).toBeNull();
    expect(loneSource([])).toBeNull();
  });
});

describe("a plan", () => {
  it("says what is sent, replaced, refused and left out", () => {
    const plan = planUpload(
      [
        file("p/a.txt"),
        file("p/big.bin", 11),
        file("p/.git/x"),
        file("p/.DS_Store"),
        file("p/b:c.txt"),
        file("p/a.txt"),
        file("p"),
      ],
      null,
      new Set(["p/a.txt", "q.txt"]),
      10,
      say,
    );
    expect(plan.sends.map(({ path }) => path)).toEqual(["p/a.txt"]);
    expect(plan.replaces).toEqual(["p/a.txt"]);
    expect(plan.skippedCount).toBe(2);
    expect(plan.refusals.map(({ path }) => path)).toEqual(["p/big.bin", "p/b:c.txt", "p/a.txt", "p"]);
    expect(plan.refusals[0]?.reason).toBe("It is 11 B; this server accepts files up to 10 B.");
    expect(isPlain(plan)).toBe(false);
  });

  it("takes one of two names that differ only in large and small letters", () => {
    const plan = planUpload([file("p/Read.me"), file("p/READ.me")], null, new Set(), 10, say);
    expect(plan.sends.map(({ path }) => path)).toEqual(["p/Read.me"]);
    expect(plan.refusals[0]?.reason).toContain("names that differ only in upper and lower case are the same file");
  });

  it("stops at as many files as a project may have", () => {
    const plan = planUpload(
      Array.from({ length: 502 }, (_, index) => file(`${index}.txt`)),
      null,
      new Set(["x"]),
      10,
      say,
    );
    expect([plan.sends.length, plan.refusals.length]).toEqual([499, 3]);
  });

  it("asks nothing about a few plain files", () => {
    expect(isPlain(planUpload([file("a.txt"), file("b.wav")], null, new Set(), 10, say))).toBe(true);
  });
});

it("knows a .zip that came alone", () => {
  expect(loneArchive([file("a.ZIP")])?.name).toBe("a.ZIP");
  expect(loneArchive([file("a.zip"), file("b.txt")])).toBeNull();
  expect(loneArchive([file("a.txt")])).toBeNull();
});
