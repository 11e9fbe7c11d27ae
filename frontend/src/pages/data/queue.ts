// The labelling queue with scripts: keys, and the next sample without another page.

export function startQueue(root: HTMLElement): void {
  let queue = root;
  let isBusy = false;

  const send = async (form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") body.append(name, value);
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(
      () => null,
    );
    const text = (await response?.text().catch(() => "")) ?? "";
    const next = new DOMParser().parseFromString(text, "text/html").querySelector<HTMLElement>("[data-label-queue]");
    isBusy = false;
    if (response === null || next === null) {
      // Without a connection, or signed out: the browser says which.
      form.submit();
      return;
    }
    if (response.ok) history.replaceState(null, "", response.url);
    document.adoptNode(next);
    queue.replaceWith(next);
    queue = next;
    queue.querySelector<HTMLElement>("[data-queue-title]")?.focus();
    void queue
      .querySelector("audio")
      ?.play()
      .catch(() => undefined);
  };

  document.addEventListener("submit", (event) => {
    const { target } = event;
    if (!(target instanceof HTMLFormElement) || !queue.contains(target)) return;
    event.preventDefault();
    void send(target, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === " ") {
      const audio = queue.querySelector("audio");
      if (audio === null || event.target instanceof HTMLButtonElement) return;
      event.preventDefault();
      if (audio.paused) void audio.play().catch(() => undefined);
      else audio.pause();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter" && event.target instanceof HTMLButtonElement) return;
    const button = queue.querySelector<HTMLButtonElement>(`button[data-key="${CSS.escape(key)}"]`);
    if (button === null) return;
    event.preventDefault();
    button.click();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLAudioElement;
}
