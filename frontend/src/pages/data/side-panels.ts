// The panels beside the samples and above them: counts, checks and the state of the analysis. They are read again when
// the data changed, and while an analysis runs.

/** Milliseconds between two readings. */
const PAUSE = 2_000;
const PARTS = ["[data-analysis]", "[data-checks]", "[data-playing]", ".data-labels"];

export class SidePanels {
  #isWaiting = false;
  #isWanted = false;

  constructor(readonly root: HTMLElement) {
    this.#draw();
  }

  /** Reads them now, or as soon as the pause since the last reading is over. */
  refresh(): void {
    if (this.#isWaiting) {
      this.#isWanted = true;
      return;
    }
    this.#isWaiting = true;
    void this.#read();
    setTimeout(() => {
      this.#isWaiting = false;
      const isRunning = this.root.querySelector("[data-running]") !== null;
      if (!this.#isWanted && !isRunning) return;
      this.#isWanted = false;
      this.refresh();
    }, PAUSE);
  }

  async #read(): Promise<void> {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (response === null || !response.ok || response.redirected) return;
    const read = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const selector of PARTS) {
      const part = this.root.querySelector(selector);
      const next = read.querySelector(selector);
      if (part === null || next === null || part.contains(document.activeElement)) continue;
      for (const each of part.querySelectorAll<HTMLDetailsElement>("details[open]"))
        next.querySelector("details")?.toggleAttribute("open", each.open);
      if (part.innerHTML !== next.innerHTML) part.replaceChildren(...next.childNodes);
    }
    this.#draw();
  }

  #draw(): void {
    for (const part of this.root.querySelectorAll<HTMLElement>("[data-share]"))
      part.style.flexGrow = part.dataset["share"] ?? "1";
    if (this.root.querySelector("[data-running]") !== null && !this.#isWaiting) this.refresh();
  }
}

/** Shows a phone's code in its place, without another page. */
export function followQuickCode(form: HTMLFormElement, place: HTMLElement): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void showCode(form, place);
  });
}

async function showCode(form: HTMLFormElement, place: HTMLElement): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.set(name, value);
  const response = await fetch(form.action, { method: "POST", body }).catch(() => null);
  const read = new DOMParser().parseFromString((await response?.text()) ?? "", "text/html");
  const picture = read.querySelector<HTMLImageElement>("[data-collect-code] img.qr");
  place.hidden = false;
  if (picture === null) {
    place.textContent = read.querySelector(".notice.bad")?.textContent.trim() ?? "The server gave no code. Try again.";
    return;
  }
  const image = new Image();
  image.src = picture.src;
  image.alt = picture.alt;
  image.className = "data-code";
  const words = document.createElement("p");
  words.className = "small muted";
  words.textContent =
    "Scan it with your phone. It works once, within 5 minutes. The phone shows who will hear the recordings before it records.";
  place.replaceChildren(image, words);
}
