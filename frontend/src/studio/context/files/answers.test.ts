// An archive that is unpacked, and the offer to take it back: a server that does not answer is reported then, and only
// then.
import { expect, it, onTestFinished } from "vitest";
import { fileAnswers } from "./answers";

const PLACES = {} as Parameters<typeof fileAnswers>[1];
const DIALOGS = {} as Parameters<typeof fileAnswers>[2];

/** A macrotask: by then, Node has told of the rejections that nobody handled. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

function unhandled(): unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown): number => reasons.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  return reasons;
}

function page(filesState: () => Promise<string>) {
  const said: { readonly text: string; readonly undo: (() => void) | undefined }[] = [];
  const refused: unknown[] = [];
  const restored: string[] = [];
  const workspace = {
    uploads: { unpack: () => Promise.resolve({ before: 3, added: ["a.wav"], replaced: [] }) },
    toasts: { say: (text: string, act?: { readonly run: () => void }) => said.push({ text, undo: act?.run }) },
    attempt: (work: Promise<unknown>) => void work.catch((error: unknown) => refused.push(error)),
    filesState,
    restore: (_before: number, _paths: readonly string[], state: string) => Promise.resolve(restored.push(state)),
  } as unknown as Parameters<typeof fileAnswers>[0];
  return { answers: fileAnswers(workspace, PLACES, DIALOGS), said, refused, restored };
}

it("says that the state of the files is unknown when the archive is taken back, and not before", async () => {
  const reasons = unhandled();
  const problem = new Error("The server does not answer.");
  const { answers, said, refused, restored } = page(() => Promise.reject(problem));
  answers.unpack(new File([], "sounds.zip"), "", false);
  await settled();
  expect(said.map(({ text }) => text)).toEqual(["sounds.zip is unpacked: 1 new file."]);
  expect([reasons, refused]).toEqual([[], []]);
  said[0]?.undo?.();
  await settled();
  expect([reasons, refused, restored]).toEqual([[], [problem], []]);
});

it("takes the archive back in the state in which it was unpacked", async () => {
  const { answers, said, restored } = page(() => Promise.resolve("state 4"));
  answers.unpack(new File([], "sounds.zip"), "", false);
  await settled();
  said[0]?.undo?.();
  await settled();
  expect(restored).toEqual(["state 4"]);
});
