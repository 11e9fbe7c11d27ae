// An archive that is unpacked, and the offer to take it back: a server that does not answer is reported then, and only
// then.
import { expect, it, onTestFinished } from "vitest";
import { fileAnswers } from "./answers";

const PLACES = {} as Parameters<typeof fileAnswers>[1];
const DIALOGS = {} as Parameters<typeof fileAnswers>[2];

/** A macrotask: by then, Node has told of the rejections that nobody handled. */
const nextMacrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function unhandledReasons(): unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown): number => reasons.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  return reasons;
}

function page(filesState: () => Promise<string>) {
  const messages: { readonly text: string; readonly undo: (() => void) | undefined }[] = [];
  const errors: unknown[] = [];
  const states: string[] = [];
  const workspace = {
    uploads: { unpack: () => Promise.resolve({ before: 3, added_paths: ["a.wav"], replaced_paths: [] }) },
    toasts: { say: (text: string, act?: { readonly run: () => void }) => messages.push({ text, undo: act?.run }) },
    attempt: (work: Promise<unknown>) => void work.catch((error: unknown) => errors.push(error)),
    filesState,
    restore: (_before: number, _paths: readonly string[], state: string) => Promise.resolve(states.push(state)),
  } as unknown as Parameters<typeof fileAnswers>[0];
  return { answers: fileAnswers(workspace, PLACES, DIALOGS), messages, errors, states };
}

it("says that the state of the files is unknown when the archive is taken back, and not before", async () => {
  const reasons = unhandledReasons();
  const problem = new Error("The server does not answer.");
  const { answers, messages, errors, states } = page(() => Promise.reject(problem));
  answers.unpack(new File([], "sounds.zip"), "", false);
  await nextMacrotask();
  expect(messages.map(({ text }) => text)).toEqual(["sounds.zip is unpacked: 1 new file."]);
  expect([reasons, errors]).toEqual([[], []]);
  messages[0]?.undo?.();
  await nextMacrotask();
  expect([reasons, errors, states]).toEqual([[], [problem], []]);
});

it("takes the archive back in the state in which it was unpacked", async () => {
  const { answers, messages, states } = page(() => Promise.resolve("state 4"));
  answers.unpack(new File([], "sounds.zip"), "", false);
  await nextMacrotask();
  messages[0]?.undo?.();
  await nextMacrotask();
  expect(states).toEqual(["state 4"]);
});
