// Recordings that somebody adds to the samples of a page, from their own disk: they are run here and go nowhere.
import { recordingOfFile } from "../../runtime";

const files = new WeakMap<HTMLElement, File>();

/** The file behind an item of the list; undefined for a sample of a project. */
export function ownFileOf(item: HTMLElement): File | undefined {
  return files.get(item);
}

/** `up` of `up-1.wav`: what stands before the last dash or underscore and a number. */
export function labelOfName(name: string): string {
  return name.replace(/\.[^.]*$/, "").replace(/[-_]\d+$/, "");
}

/** Shows the field for them, and lists what is chosen there before the other samples. */
export function takeOwnFiles(section: HTMLElement): void {
  const field = section.querySelector<HTMLElement>("[data-own]");
  const input = field?.querySelector("input");
  const list = section.querySelector("ul");
  if (!field || !input || !list) return;
  field.hidden = false;
  input.addEventListener("change", () => {
    for (const item of list.querySelectorAll("[data-own-file]")) item.remove();
    list.prepend(...[...(input.files ?? [])].map(itemOf));
    section.querySelector("[data-no-samples]")?.remove();
  });
}

function itemOf(file: File): HTMLElement {
  const item = document.createElement("li");
  Object.assign(item.dataset, {
    sample: file.name,
    label: labelOfName(file.name),
    kind: recordingOfFile(file.name) ?? "",
    ownFile: "",
  });
  item.append(Object.assign(document.createElement("b"), { className: "cut", textContent: file.name }));
  files.set(item, file);
  return item;
}
