// A page of training shows each epoch: an event of the project says that something changed, and the page is read again.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { replaceKeepingFocus } from "../keep-focus";
import { pipelinePictures } from "../pipelines";
import { oneAtATime, released } from "../talk/read";
import { showRunChoice } from "./run-choice";
import { saysSignedOut } from "../sign-in/signed-out";

export function followTraining(root: HTMLElement): void {
  const refresh = oneAtATime(() => readAgain(root));
  followEvents(root.dataset["events"] ?? "", {
    onEvent: (type) => {
      if (type === "training.changed" || type === "search.changed") void refresh();
    },
    onAway: () => void refresh(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
}

/** Puts what is so now in place of what is shown; a sound that plays goes on, and ticks stay. */
async function readAgain(root: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector<HTMLElement>("[data-training-now]");
  await released();
  const shown = root.querySelector<HTMLElement>("[data-training-now]");
  if (next === null || shown === null) return;
  for (const opened of shown.querySelectorAll("details[open] > summary"))
    for (const summary of next.querySelectorAll("details > summary"))
      if (summary.textContent === opened.textContent) summary.parentElement?.setAttribute("open", "");
  for (const box of shown.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked")) {
    const same = next.querySelector<HTMLInputElement>(`input[name=run][value="${CSS.escape(box.value)}"]`);
    if (same !== null) same.checked = true;
  }
  const list = next.querySelector<HTMLFormElement>("form[data-run-choice]");
  if (list !== null) showRunChoice(list);
  if (next.innerHTML === shown.innerHTML) return;
  keepPlaying(shown, next);
  replaceKeepingFocus(shown, next);
  pipelinePictures(next);
}

function keepPlaying(shown: HTMLElement, next: HTMLElement): void {
  for (const audio of shown.querySelectorAll("audio")) {
    if (audio.paused) continue;
    const same = [...next.querySelectorAll("audio")].find(({ src }) => src === audio.src);
    same?.replaceWith(audio);
  }
}
