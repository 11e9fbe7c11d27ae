// Beginning a thread at what the page shows: a figure, a stage, a line, a sample, or the moment at which a recording stands.
// The links work without this by loading the page again; a moment needs the player's position.

/** `1.4 s`, as the server says it. */
export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The key of a moment of a sample. */
export function momentKey(sample: string, milliseconds: number): string {
  return `moment:${milliseconds}:${sample}`;
}

export function beginThreadsAtThings(section: HTMLElement): void {
  const form = section.querySelector<HTMLFormElement>("#respond");
  const chip = form?.querySelector<HTMLElement>("[data-about]");
  const title = form?.querySelector<HTMLElement>("[data-about-title]");
  const place = form?.querySelector<HTMLInputElement>('input[name="about"]');
  const text = form?.querySelector("textarea");
  if (!form || !chip || !title || !place || !text) return;
  const about = (key: string, words: string): void => {
    place.value = key;
    title.textContent = words;
    chip.hidden = key === "";
  };
  const begin = (key: string, words: string): void => {
    about(key, words);
    text.focus({ preventScroll: true });
    form.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest<HTMLElement>("[data-talk-at]");
    if (link) {
      event.preventDefault();
      begin(link.dataset["talkAt"] ?? "", link.dataset["title"] ?? "");
    } else if (target?.closest("[data-about-none]")) {
      event.preventDefault();
      about("", "");
      text.focus();
    }
  });
  form.addEventListener("sent", () => about("", ""));
  for (const button of document.querySelectorAll<HTMLElement>("[data-talk-moment]")) moments(button, begin);
}

/** On a page whose conversation is on another: a moment is said there. Links lead there by themselves. */
export function beginMomentsElsewhere(): void {
  const there = document.querySelector<HTMLElement>("[data-talk-elsewhere]")?.dataset["talkElsewhere"];
  if (there === undefined) return;
  for (const button of document.querySelectorAll<HTMLElement>("[data-talk-moment]"))
    moments(button, (key) => window.location.assign(`${there}?about=${encodeURIComponent(key)}#respond`));
}

/** The button beside a player says at which moment it would begin. */
function moments(button: HTMLElement, begin: (key: string, words: string) => void): void {
  const player = button.parentElement?.querySelector("audio");
  const label = button.querySelector("[data-at]");
  if (!player || label === null) return;
  button.hidden = false;
  const now = (): number => Math.floor(player.currentTime * 10) * 100;
  const show = (): void => {
    label.textContent = secondsText(now());
  };
  for (const type of ["timeupdate", "seeked", "loadedmetadata"]) player.addEventListener(type, show);
  button.addEventListener("click", () => {
    player.pause();
    begin(
      momentKey(button.dataset["talkMoment"] ?? "", now()),
      `Sample ${button.dataset["title"] ?? ""} at ${secondsText(now())}`,
    );
  });
}
