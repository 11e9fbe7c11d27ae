// Where the tabs of a project or an organisation do not fit beside each other, the one of this page is scrolled into view.

export function shownTabs(): void {
  for (const tabs of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const mark = () => markRest(tabs);
    tabs.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(() => {
      showCurrent(tabs);
      mark();
    }).observe(tabs);
  }
}

function showCurrent(tabs: HTMLElement): void {
  const current = tabs.querySelector<HTMLElement>('[aria-current="page"]');
  if (current === null) return;
  const [tab, room] = [current.getBoundingClientRect(), tabs.getBoundingClientRect()];
  tabs.scrollLeft += tab.left + tab.width / 2 - (room.left + room.width / 2);
}

/** Marks the sides on which further tabs are out of sight, where the row fades. */
function markRest(tabs: HTMLElement): void {
  tabs.classList.toggle("goes-on-before", tabs.scrollLeft > 1);
  tabs.classList.toggle("goes-on-after", tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 1);
}
