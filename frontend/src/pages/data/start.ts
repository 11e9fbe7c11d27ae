// Starts the pages of a project's data; their code is fetched only there.

/** Resolves once the cards that came with the page are painted; at once where nothing is painted. */
async function firstFrame(): Promise<void> {
  if (document.visibilityState === "hidden") return;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

export function dataPages(): void {
  const root = document.querySelector<HTMLElement>("[data-samples]");
  if (root !== null) {
    void Promise.all([import("./page"), firstFrame()]).then(([{ DataPage }]) => new DataPage(root).start());
  }
  const empty = document.querySelector<HTMLElement>("[data-first-samples]");
  if (empty !== null) void import("./first").then(({ waitForFirst }) => waitForFirst(empty));
  const sample = document.querySelector<HTMLElement>("main > [data-sample]");
  if (sample !== null) void import("./sample/detail").then(({ startSamplePage }) => startSamplePage(sample));
  const form = document.querySelector<HTMLFormElement>("[data-import-form]");
  if (form !== null) void import("./import/form").then(({ startImportForm }) => startImportForm(form));
  const drop = document.querySelector<HTMLDialogElement>("[data-import-drop]");
  if (drop !== null) void import("./import/drop").then(({ startImportDrop }) => startImportDrop(drop));
  const waiting = document.querySelector<HTMLFormElement>("[data-decide]");
  if (waiting !== null) void import("./waiting").then(({ startDeciding }) => startDeciding(waiting));
  const queue = document.querySelector<HTMLElement>("[data-label-queue]");
  if (queue !== null) void import("./queue").then(({ startQueue }) => startQueue(queue));
  const current = document.querySelector<HTMLElement>("[data-import]");
  if (current !== null) void import("./import/form").then(({ followImport }) => followImport(current));
}
