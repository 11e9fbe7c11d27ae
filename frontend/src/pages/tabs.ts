// Where the tabs of a project or an organisation do not fit beside each other, the one of this page is scrolled into view.

export function shownTabs(): void {
  for (const tabs of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const current = tabs.querySelector<HTMLElement>('[aria-current="page"]');
    if (current === null) continue;
    const [tab, room] = [current.getBoundingClientRect(), tabs.getBoundingClientRect()];
    tabs.scrollLeft += tab.left + tab.width / 2 - (room.left + room.width / 2);
  }
}
