// The switch over a conversation: its links change what is shown, and the address, without loading the page again.

/** Returns the part of a page's address with which the conversation alone is requested. */
export function threadQuery(search: string): string {
  const which = new URLSearchParams(search).get("threads");
  return which === null ? "" : `?threads=${encodeURIComponent(which)}`;
}

export function chooseThreads(section: HTMLElement, refresh: () => Promise<void>): void {
  section.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("[data-talk-choice]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(link.href);
    address.hash = "";
    history.replaceState(history.state, "", address);
    tellForms(section);
    void refresh();
  });
  // A link to a thread that is not among those shown.
  const showTarget = (): void => {
    const id = window.location.hash.slice(1);
    const target = id === "" ? null : document.getElementById(id);
    if (!target?.closest("[data-talk] [hidden]")) return;
    const address = new URL(window.location.href);
    address.searchParams.set("threads", "all");
    history.replaceState(history.state, "", address);
    tellForms(section);
    void refresh().then(() => document.getElementById(id)?.scrollIntoView());
  };
  window.addEventListener("hashchange", showTarget);
  showTarget();
}

/** A form that is refused shows the page again as it was. */
function tellForms(section: HTMLElement): void {
  const which = new URLSearchParams(window.location.search).get("threads") ?? "";
  for (const field of section.querySelectorAll<HTMLInputElement>('input[name="threads"]')) field.value = which;
}
