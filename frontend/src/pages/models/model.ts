// The page of a converted model follows its jobs; a file that is dropped on the form is sent.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { replaceKeepingFocus } from "../keep-focus";
import { oneAtATime, released } from "../talk/read";
import { saysSignedOut } from "../sign-in/signed-out";

export function followModel(root: HTMLElement): void {
  const refresh = oneAtATime(() => readAgain(root));
  followEvents(root.dataset["events"] ?? "", {
    onEvent: (type) => {
      if (type === "model.changed") void refresh();
    },
    onAway: () => void refresh(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
  // Something may have happened between the page and the socket.
  void refresh();
  setInterval(() => {
    if (root.querySelector("[data-busy]") !== null) void refresh();
  }, 2000);
}

/** Puts the model as it is now in place of what is shown; what somebody ticked, chose or typed stays so. */
async function readAgain(root: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector<HTMLElement>("[data-model-now]");
  await released();
  const current = root.querySelector<HTMLElement>("[data-model-now]");
  if (next === null || current === null || next.innerHTML === current.innerHTML) return;
  for (const box of current.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
    if (box.checked === box.defaultChecked) continue;
    const same = next.querySelector<HTMLInputElement>(`input[name=layers][value="${CSS.escape(box.value)}"]`);
    if (same !== null) same.checked = box.checked;
  }
  keepFields(current, next);
  for (const title of current.querySelectorAll("details[open] > summary"))
    for (const summary of next.querySelectorAll("details > summary"))
      if (summary.textContent === title.textContent) summary.parentElement?.setAttribute("open", "");
  replaceKeepingFocus(current, next);
}

type Field = HTMLSelectElement | HTMLInputElement;
const FIELDS = "select[name], input[name=shapes]";

/** Gives the fields of the next page what those of the shown one have: the same places of the same forms. */
function keepFields(current: HTMLElement, next: HTMLElement): void {
  const nextFields = [...next.querySelectorAll<Field>(FIELDS)];
  for (const old of current.querySelectorAll<Field>(FIELDS)) {
    const place = nextFields.findIndex(
      ({ name, form }) => name === old.name && form?.getAttribute("action") === old.form?.getAttribute("action"),
    );
    const [field] = place < 0 ? [] : nextFields.splice(place, 1);
    if (field === undefined || isAsItCame(old)) continue;
    if (field instanceof HTMLInputElement || [...field.options].some(({ value }) => value === old.value))
      field.value = old.value;
  }
}

function isAsItCame(field: Field): boolean {
  if (field instanceof HTMLInputElement) return field.value === field.defaultValue;
  return [...field.options].every(({ selected, defaultSelected }) => selected === defaultSelected);
}

/** A file that is dropped is chosen and sent; with an ONNX model comes the file of its weights. */
export function dropOnForm(form: HTMLFormElement): void {
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const files = [...(event.dataTransfer?.files ?? [])];
    const weights = files.find(({ name }) => name.endsWith(".data"));
    const model = files.find((file) => file !== weights);
    if (model === undefined) return;
    choose(form, "model", model);
    if (weights !== undefined) choose(form, "weights", weights);
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    const status = form.querySelector<HTMLElement>("[data-status]");
    if (status !== null) status.textContent = "Sending the file …";
  });
}

function choose(form: HTMLFormElement, name: string, file: File): void {
  const input = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
  if (input === null) return;
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
}
