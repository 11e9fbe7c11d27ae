// The conversation on a review's or a build's page: it follows the project's event log, sends its forms without leaving the
// page, so that nothing that was drawn or typed is lost, and begins threads at what the page shows.
import { saysSignedOut } from "../signed-out";
import { beginThreadsAtThings } from "./begin";
import { carriedOver } from "./carry";
import { asked, chooseThreads } from "./choice";
import { followEvents } from "./events";
import { mentions } from "./mentions";

/** The events after which a conversation may read otherwise. */
const OURS = new Set(["thread.changed", "review.changed", "samples.changed"]);

export function conversations(): void {
  const section = document.querySelector<HTMLElement>("[data-conversation]");
  if (section === null) return;
  const { conversation: address, events, person } = section.dataset;
  if (address === undefined || events === undefined || person === undefined) return;
  const refresh = oneAtATime(() => read(section, `${address}${asked(window.location.search)}`));
  mentions(section);
  beginThreadsAtThings(section);
  chooseThreads(section, refresh);
  sendForms(section, refresh);
  followEvents(events, person, {
    onEvent: (type) => OURS.has(type) && void refresh(),
    onAway: () => void refresh(),
    onRefused: () => void saysSignedOut(),
  });
}

/** Runs a task again when it is asked for while it runs; settles when what was asked for is done. */
function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    const mine = task().finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  };
  return () => {
    if (running === null) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
}

async function read(section: HTMLElement, address: string): Promise<void> {
  const before = section.querySelector<HTMLElement>("[data-talk]");
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (before === null || response === null || !response.ok || response.redirected) return;
  const after = new DOMParser()
    .parseFromString(await response.text(), "text/html")
    .querySelector<HTMLElement>("[data-talk]");
  if (after === null) return;
  const known = new Set(commentsOf(before).map(({ id }) => id));
  const fresh = commentsOf(after).filter(({ id }) => !known.has(id));
  for (const comment of fresh) comment.classList.add("fresh");
  carriedOver(before, after);
  const news = section.querySelector("[data-talk-news]");
  if (news !== null && fresh.length > 0)
    news.textContent = fresh.length === 1 ? "A new comment" : `${fresh.length} new comments`;
}

const commentsOf = (talk: HTMLElement): HTMLElement[] => [...talk.querySelectorAll<HTMLElement>('[id^="comment-"]')];

/** Replies, edits and comments are sent here; a verdict changes more of the page, so that is loaded again. */
function sendForms(section: HTMLElement, refresh: () => Promise<void>): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.matches("[data-talk-form]")) return;
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && button.name === "verdict") return;
    event.preventDefault();
    void send(form, button).then(async (problem) => {
      say(form, problem);
      if (problem !== null) return;
      form.reset();
      form.dispatchEvent(new CustomEvent("sent"));
      const open = form.closest("details");
      if (open !== null && open.matches(".edit")) open.open = false;
      await refresh();
    });
  });
  section.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(field instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    field.form?.requestSubmit();
  });
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

function say(form: HTMLFormElement, problem: string | null): void {
  form.querySelector("[data-problem]")?.remove();
  if (problem === null) return;
  const notice = Object.assign(document.createElement("p"), { className: "notice bad", textContent: problem });
  notice.setAttribute("role", "alert");
  notice.dataset["problem"] = "";
  form.append(notice);
}
