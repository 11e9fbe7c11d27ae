// A person who removes a stage between two others connects these with one press, and undoes both with one.
import { expect, test } from "vitest";
import type { JoinAnswer } from "../../api/schema";
import type { Toast } from "../session/toasts/toasts";
import type { GraphEdit } from "./graph-requests";
import { removeStage, type RemovalWorkspace } from "./remove-stage";

const JOIN = { source: { stage: "sound", index: 0 }, targets: [{ stage: "model", index: 0 }], reason: null };

function studio(join: JoinAnswer["join"] | Error, isRefused = false) {
  const toasts: Pick<Toast, "text" | "action">[] = [];
  const done: unknown[] = [];
  const undoStack: string[] = ["earlier"];
  const workspace = {
    files: {
      undo: {
        undoStack,
        isNewestOfItsFiles: (step: string) => undoStack.at(-1) === step,
        undoStep: () => done.push(`undo ${undoStack.pop() ?? ""}`),
      },
    },
    toasts: { say: (text: string, action?: Toast["action"]) => toasts.push({ text, action }) },
  } as unknown as RemovalWorkspace;
  const language = {
    join: () => (join instanceof Error ? Promise.reject(join) : Promise.resolve(join)),
    edit: (edit: GraphEdit) => {
      done.push(edit);
      undoStack.push(edit.edit);
      return Promise.resolve(isRefused ? null : "");
    },
  };
  return { toasts, done, undoStack, remove: () => removeStage(workspace, language, "mel") };
}

const REMOVED = { edit: "remove-stage", name: "mel" };

test("the press connects the neighbours in place of the removal, as one step", async () => {
  const { toasts, done, undoStack, remove } = studio(JOIN);
  expect(await remove()).toBe(true);
  expect(toasts).toMatchObject([{ text: "mel was removed.", action: { label: "Connect sound to model" } }]);
  toasts[0]?.action?.run();
  expect(done).toEqual([REMOVED, "undo remove-stage", { ...REMOVED, join: true }]);
  expect(undoStack).toEqual(["earlier", "remove-stage"]);
});

test("neighbours that do not fit say why, without a button", async () => {
  const { toasts, remove } = studio({ ...JOIN, reason: "The model's input is f32[2]." });
  await remove();
  expect(toasts).toEqual([
    { text: "mel was removed. sound to model cannot be connected: The model's input is f32[2].", action: undefined },
  ]);
});

test("a stage that is not between others is removed silently", async () => {
  for (const join of [null, new Error("offline")]) {
    const { toasts, done, remove } = studio(join);
    expect(await remove()).toBe(true);
    expect(toasts).toEqual([]);
    expect(done).toEqual([REMOVED]);
  }
});

test("an edit that came later is not taken back", async () => {
  const { toasts, done, undoStack, remove } = studio(JOIN);
  await remove();
  undoStack.push("later");
  toasts[0]?.action?.run();
  expect(done).toEqual([REMOVED]);
  expect(toasts[1]?.text).toContain("Draw the wire from sound yourself.");
});

test("a refused removal offers nothing", async () => {
  const { toasts, remove } = studio(JOIN, true);
  expect(await remove()).toBe(false);
  expect(toasts).toEqual([]);
});
