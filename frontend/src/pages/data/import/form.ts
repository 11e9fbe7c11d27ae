// Importing an archive with scripts: its bytes go in pieces, which go on after an interruption, and the page of an import
// follows it.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../../declared/closing";
import { followEvents } from "../../../api/follow-events";
import { replaceKeepingFocus } from "../../keep-focus";
import { oneAtATime, released } from "../../talk/read";
import { saysSignedOut } from "../../sign-in/signed-out";
import { address } from "../../../api/request";
import { sendPieces, type PieceAnswer, type Receiver } from "./pieces";
import { codeNodes } from "../../../look/code/code-nodes";

const IMPORT = "/api/v1/projects/{organisation}/{name}/data/imports/{import_id}";
const BYTES = `${IMPORT}/bytes` as const;

/** Statuses after which the server may have other bytes than the page knows of. */
const UNANSWERED = [409, 502, 503, 504];

const TERMS = "/api/v1/projects/{organisation}/{name}/data/terms";

export function startImportForm(form: HTMLFormElement): void {
  for (const choice of form.querySelectorAll("[data-terms-choice]"))
    choice.addEventListener("change", () => void readTerms(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form);
  });
}

/** Shows what follows from the uses and the time that are chosen. One agrees to it anew. */
async function readTerms(form: HTMLFormElement): Promise<void> {
  const text = form.querySelector<HTMLElement>("[data-terms]");
  const termsField = form.querySelector<HTMLInputElement>("[name=terms]");
  const agreement = form.querySelector<HTMLInputElement>("[name=agreed]");
  if (text === null || termsField === null || agreement === null) return;
  agreement.checked = false;
  termsField.value = "";
  const values = new FormData(form);
  const [organisation = "", name = ""] = (form.dataset["importForm"] ?? "").split("/");
  const purposes = values.getAll("purposes").filter((value) => typeof value === "string");
  const query = { days: Number(values.get("days")), purposes: purposes.join(",") };
  const response = await fetch(address("get", TERMS, { path: { organisation, name }, query }), {
    headers: { Accept: "application/json" },
  }).catch(() => null);
  const answer: unknown = await response?.json().catch(() => null);
  if (typeof answer !== "object" || answer === null) text.textContent = "The server cannot be reached.";
  else if ("text" in answer && typeof answer.text === "string") text.textContent = termsField.value = answer.text;
  else if ("detail" in answer && typeof answer.detail === "string") text.replaceChildren(...codeNodes(answer.detail));
}

async function submit(form: HTMLFormElement): Promise<void> {
  const status = form.querySelector<HTMLElement>("[data-status]");
  const bar = form.querySelector<HTMLProgressElement>("[data-sent]");
  const button = form.querySelector<HTMLButtonElement>("button");
  const values = new FormData(form);
  const file = values.get("archive");
  if (!(file instanceof File) || status === null || bar === null || button === null) return;
  values.delete("archive");
  values.set("size", String(file.size));
  button.disabled = true;
  const response = await fetch(form.action, { method: "POST", body: values }).catch(() => null);
  const id = response?.redirected === true ? (response.url.split("/").at(-1) ?? "") : "";
  if (response === null || id === "") {
    const page = new DOMParser().parseFromString((await response?.text()) ?? "", "text/html");
    status.textContent = page.querySelector("[role=alert]")?.textContent?.trim() ?? "The server cannot be reached.";
    button.disabled = false;
    return;
  }
  bar.hidden = false;
  const refusal = await sendPieces(
    file,
    importReceiver(
      form.dataset["importForm"] ?? "",
      id,
      form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "",
    ),
    (bytes) => (bar.value = bytes / file.size),
    (attempt) => new Promise((resolve) => setTimeout(resolve, 1000 * attempt)),
  );
  if (refusal === "") location.assign(response.url);
  status.textContent = refusal;
  button.disabled = refusal === "";
}

function importReceiver(project: string, id: string, token: string): Receiver {
  const [organisation = "", name = ""] = project.split("/");
  const path = { organisation, name, import_id: id };
  const headers = { Accept: "application/json", "Content-Type": "application/octet-stream", "X-CSRFToken": token };
  return {
    send: (offset, piece) =>
      answerOf(fetch(address("put", BYTES, { path, query: { offset } }), { method: "PUT", headers, body: piece })),
    receivedBytes: () => answerOf(fetch(address("get", IMPORT, { path }), { headers: { Accept: "application/json" } })),
  };
}

async function answerOf(request: Promise<Response>): Promise<PieceAnswer> {
  const response = await request.catch(() => null);
  if (response === null || UNANSWERED.includes(response.status)) return null;
  const answer: unknown = await response.json().catch(() => null);
  if (typeof answer !== "object" || answer === null) return null;
  if ("error" in answer && typeof answer.error === "string" && answer.error !== "") return answer.error;
  if (response.ok && "received_bytes" in answer) return Number(answer.received_bytes);
  return "detail" in answer && typeof answer.detail === "string" ? answer.detail : "The server refused the file.";
}

export function followImport(root: HTMLElement): void {
  if (root.dataset["moving"] === undefined) return;
  const refresh = oneAtATime(() => readAgain(root));
  followEvents(root.dataset["events"] ?? "", {
    onEvent: (type) => {
      if (type === "data.changed") void refresh();
    },
    onAway: () => void refresh(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
  // Something may have happened between the page and the socket.
  void refresh();
}

/** Puts the import as it is now in place of what is shown. */
async function readAgain(root: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector<HTMLElement>("[data-import-now]");
  await released();
  const current = root.querySelector<HTMLElement>("[data-import-now]");
  if (next !== null && current !== null && next.innerHTML !== current.innerHTML) replaceKeepingFocus(current, next);
}
