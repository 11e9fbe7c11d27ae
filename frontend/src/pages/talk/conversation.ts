// The conversation on a review's or a build's page: it follows the project's event log, sends its forms without leaving the
// page, so that nothing that was drawn or typed is lost, and begins threads at what the page shows.
import { isComposing } from "../../look/keys/composing";
import { saysSignedOut } from "../sign-in/signed-out";
import { beginMomentsElsewhere, beginThreadsAtThings } from "./begin";
import { buttonLike, formLike, pressKey } from "./carry";
import { threadQuery, chooseThreads } from "./choice";
import { stopVerdictsOnAnEarlierRound } from "./earlier-round";
import { SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { readGateAnew } from "./gate";
import { mentions } from "./mentions";
import { oneAtATime, readAnew } from "./read";
import { clearSent, textsOf } from "./sent-fields";

/** The events after which a conversation may read otherwise. */
const OURS = new Set(["review.requested", "thread.changed", "offer_thread.changed", "review.changed", "data.changed"]);
/** After these, the gate may let a build through that it did not, or the other way round, or the review has ended. */
const OF_THE_GATE = new Set([
  "check.posted",
  "review.changed",
  "review.requested",
  "change_request.changed",
  "tag.published",
]);

export function conversations(): void {
  const section = document.querySelector<HTMLElement>("[data-conversation]");
  if (section === null) {
    beginMomentsElsewhere();
    follow(
      document.querySelector<HTMLElement>("[data-follows-gate]")?.dataset ?? {},
      readGate(`${window.location.pathname}${window.location.search}`),
    );
    return;
  }
  const { conversation: address } = section.dataset;
  if (address === undefined) return;
  const refresh = oneAtATime(async () => {
    await readAnew(section, `${address}${threadQuery(window.location.search)}`);
    stopVerdictsOnAnEarlierRound(document, section);
  });
  // The answer to a refused verdict has the address of the form, which nobody can read.
  const refreshGate = readGate(`${address.replace(/\/conversation$/, "")}${window.location.search}`);
  mentions(section);
  beginThreadsAtThings(section);
  chooseThreads(section, refresh);
  sendForms(section, refresh);
  follow(section.dataset, refreshGate, refresh);
}

function readGate(page: string): () => Promise<void> {
  return oneAtATime(() => readGateAnew(page));
}

/** Follows the events of the project that a page names: those of its gate and, where it has one, of its conversation. */
function follow(page: DOMStringMap, refreshGate: () => Promise<void>, refresh?: () => Promise<void>): void {
  const { events, person } = page;
  if (events === undefined || person === undefined) return;
  followEvents(`${events}?as=${encodeURIComponent(person)}`, {
    onEvent: (type) => {
      if (OURS.has(type)) void refresh?.();
      if (OF_THE_GATE.has(type)) void refreshGate();
    },
    onAway: () => {
      void refresh?.();
      void refreshGate();
    },
    refusals: [SIGNED_OUT],
    onRefused: () => void saysSignedOut(),
  });
}

/** Replies, edits and comments are sent here; what changes more of the page loads it again: a verdict, asking for changes. */
function sendForms(section: HTMLElement, refresh: () => Promise<void>): void {
  let queue: Promise<void> = Promise.resolve();
  const underWay = new Set<string>();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.matches("[data-talk-form]")) return;
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && (button.name === "verdict" || button.value === "ask-changes")) return;
    event.preventDefault();
    const key = pressKey(form, button);
    if (underWay.has(key)) return;
    underWay.add(key);
    const next = (): Promise<void> => sendOne(form, button, refresh).finally(() => underWay.delete(key));
    queue = queue.then(next, next);
  });
  section.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
    if (!(field instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    // As Enter does in a field of one line: the button says what the form does, such as declining.
    field.form?.querySelector<HTMLButtonElement>("button:not([type=button])")?.click();
  });
}

/**
 * Sends a form once the page shows what was sent before it. Each form names the state of its thread, which one's own reply
 * changes: a person who replies and at once resolves the thread sends the form that the reply left.
 */
async function sendOne(oldForm: HTMLFormElement, by: HTMLElement | null, refresh: () => Promise<void>): Promise<void> {
  const form = inPlaceOf(oldForm);
  const button = by instanceof HTMLButtonElement ? buttonLike(by, form) : null;
  // Others did what the button does, and it is gone.
  if (button === undefined) return;
  const texts = textsOf(form.querySelectorAll("textarea"));
  const problem = await send(form, button);
  say(form, problem);
  if (problem !== null) return;
  const there = inPlaceOf(form);
  if (clearSent(there.querySelectorAll("textarea"), texts)) {
    there.dispatchEvent(new CustomEvent("sent"));
    const open = there.closest("details");
    if (open !== null && open.matches(".edit")) open.open = false;
  }
  await refresh();
}

/** Null when the server took it, which it says by leading elsewhere; else what was wrong, for a person. */
async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<string | null> {
  const action = form.getAttribute("action") ?? "";
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) if (typeof value === "string") body.append(name, value);
  const response = await fetch(action, { method: "POST", body, redirect: "manual", credentials: "same-origin" }).catch(
    () => null,
  );
  if (response === null) return "The server cannot be reached. What you wrote is still here; send it again.";
  if (response.type === "opaqueredirect") return null;
  const answer = new DOMParser().parseFromString(await response.text(), "text/html");
  return answer.querySelector("main [role=alert] p, main section p")?.textContent ?? "This could not be sent.";
}

/** The conversation may have been read anew while the server answered, also because it told of what was sent: then another
 * form stands in this one's place, with what was typed. */
function inPlaceOf(oldForm: HTMLFormElement): HTMLFormElement {
  return oldForm.isConnected ? oldForm : (formLike(oldForm, document) ?? oldForm);
}

function say(oldForm: HTMLFormElement, problem: string | null): void {
  const form = inPlaceOf(oldForm);
  form.querySelector("[data-problem]")?.remove();
  if (problem === null) return;
  const notice = Object.assign(document.createElement("p"), { className: "notice bad", textContent: problem });
  notice.setAttribute("role", "alert");
  notice.dataset["problem"] = "";
  form.append(notice);
}
