// A list of jobs or the log of one, with data-jobs (the address of the socket of the organisation's jobs): the list is read
// again when a job changes, and every two seconds while one runs. Without scripts the page shows what was true when it was made.
import { saysSignedOut } from "../sign-in/signed-out";
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { oneAtATime, released } from "../talk/read";

const PROGRESS_EVERY = 2000;

export function followJobs(): void {
  const section = document.querySelector<HTMLElement>("[data-jobs]");
  const socket = section?.dataset.jobs;
  if (section === null || socket === undefined) return;
  const refresh = oneAtATime(() => readAgain(section));
  followEvents(socket, {
    onEvent: () => void refresh(),
    onAway: () => void refresh(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
  setInterval(() => {
    if (!document.hidden && section.querySelector("progress") !== null) void refresh();
  }, PROGRESS_EVERY);
  for (const choice of section.querySelectorAll<HTMLSelectElement>("[data-jobs-filter] select"))
    choice.addEventListener("change", () => choice.form?.requestSubmit());
}

/** Puts the list as it is now in place of the one that is shown. What has the focus keeps it. */
async function readAgain(section: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector<HTMLElement>("[data-jobs-list]");
  await released();
  const list = section.querySelector<HTMLElement>("[data-jobs-list]");
  if (next === null || list === null || next.innerHTML === list.innerHTML) return;
  const focus = list.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
  list.replaceWith(next);
  if (focus !== "") document.getElementById(focus)?.focus();
}
