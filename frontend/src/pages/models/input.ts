// The page "What is this input?": the Runefile follows the chosen presets, and a trial says that it runs.

/** The fields that say which model it is, and its labels. */
const NAMED = new Set(["file", "conversion", "form", "labels"]);

export function followInput(form: HTMLFormElement): void {
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.type === "file") return;
    void showRunefile(form);
  });
  form.addEventListener("submit", (event) => {
    const status = form.querySelector<HTMLElement>("[data-status]");
    const button = event.submitter;
    if (status !== null && button?.hasAttribute("formaction") === true) status.textContent = "Building and running …";
  });
}

/** Puts the Runefile of what is chosen now in place of the one that is shown. */
async function showRunefile(form: HTMLFormElement): Promise<void> {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && (NAMED.has(name) || name.startsWith("input_"))) query.append(name, value);
  const address = `${form.action.replace(/\/write$/, "")}?${query}`;
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector("[data-input-runefile] pre");
  const current = form.querySelector("[data-input-runefile] pre");
  if (next !== null && current !== null) current.replaceWith(next);
}
