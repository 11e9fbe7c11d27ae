// Recordings that are dropped on the page of a project's data: they are packed, the form of an import is shown with its terms,
// and what follows is the import of the button.
import { filesOfDrop, filesOfInput, type NamedFile } from "../../../look/files/incoming-files";
import { zipFiles } from "../../../look/files/zip-files";
import { droppedArchive } from "./dropped";
import { startImportForm } from "./form";

const FORM = "[data-import-form]";
const OVER = "takes-recordings";

export function startImportDrop(dialog: HTMLDialogElement): void {
  const says = dialog.querySelector<HTMLElement>("[data-drop-says]");
  const place = dialog.querySelector<HTMLElement>("[data-drop-form]");
  if (says === null || place === null) return;
  for (const part of document.querySelectorAll<HTMLElement>("[data-script-only]")) part.hidden = false;
  const endings = (dialog.dataset["endings"] ?? "").split(" ");
  let newest = 0;

  const take = async (incoming: Promise<readonly NamedFile[]>): Promise<void> => {
    const number = (newest += 1);
    place.replaceChildren();
    says.textContent = "Reading the files…";
    if (!dialog.open) dialog.showModal();
    const outcome = await archiveOf(incoming, endings).catch(() => "The files cannot be read. Try others.");
    const form = typeof outcome === "string" ? null : await importForm(dialog.dataset["importDrop"] ?? "");
    // Others were dropped meanwhile, or the dialog was closed.
    if (number !== newest) return;
    if (typeof outcome === "string" || form === null) {
      says.textContent = typeof outcome === "string" ? outcome : "The server cannot be reached. Try again.";
      return;
    }
    says.textContent = `${outcome.title}. You see a preview before anything is imported.`;
    fill(form, outcome.archive);
    place.replaceChildren(form);
    startImportForm(form);
    form.querySelector<HTMLElement>("input:not([type=file], [type=hidden])")?.focus();
  };

  dialog.querySelector("[data-drop-close]")?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => (newest += 1));
  for (const input of dialog.querySelectorAll<HTMLInputElement>("[data-drop-files]"))
    input.addEventListener("change", () => {
      void take(Promise.resolve(filesOfInput(input.files)));
      // After a refusal the same files can be chosen again.
      input.value = "";
    });
  watchDrops((transfer) => void take(filesOfDrop(transfer)));
}

/** Files that are dropped anywhere on the page, which marks itself while they are over it. */
function watchDrops(take: (transfer: DataTransfer) => void): void {
  const { documentElement: page } = document;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    page.classList.add(OVER);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) page.classList.remove(OVER);
  });
  document.addEventListener("drop", (event) => {
    page.classList.remove(OVER);
    if (!hasFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    take(event.dataTransfer);
  });
}

interface PackedArchive {
  readonly archive: File;
  readonly title: string;
}

/** The ZIP file of what came, or the sentence of a refusal. */
async function archiveOf(
  incoming: Promise<readonly NamedFile[]>,
  endings: readonly string[],
): Promise<PackedArchive | string> {
  const dropped = droppedArchive(await incoming, endings);
  if (typeof dropped === "string") return dropped;
  const { archive, files, title } = dropped;
  return { archive: archive ?? (await zipFiles(files ?? [], "recordings")), title };
}

/** The form of the page that begins an import; null where it cannot be had. */
async function importForm(page: string): Promise<HTMLFormElement | null> {
  const response = await fetch(page, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return null;
  const form = new DOMParser().parseFromString(await response.text(), "text/html").querySelector<HTMLFormElement>(FORM);
  return form === null ? null : document.adoptNode(form);
}

/** Chooses the archive in the form, which has nothing to choose then. */
function fill(form: HTMLFormElement, archive: File): void {
  const input = form.querySelector<HTMLInputElement>("input[name=archive]");
  if (input === null) return;
  const files = new DataTransfer();
  files.items.add(archive);
  input.files = files.files;
  input.closest("label")?.setAttribute("hidden", "");
  // The contents that a ZIP file may have are said where one is chosen.
  form.querySelector("[data-formats]")?.setAttribute("hidden", "");
  form.classList.remove("card", "roomy");
}
