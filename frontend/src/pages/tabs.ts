// Where the tabs of a project do not fit beside each other, the one of this page is scrolled into view.

export function shownTabs(): void {
  for (const tabs of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const current = tabs.querySelector<HTMLElement>('[aria-current="page"]');
    if (current !== null) tabs.scrollLeft = current.offsetLeft + current.offsetWidth / 2 - tabs.clientWidth / 2;
  }
}
