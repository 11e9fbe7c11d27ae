/** Tells the page around this frame how tall it is. Nothing else is ever told of a player. */
export function tellHeight(main: HTMLElement | null): void {
  if (main === null || window.parent === window) return;
  const observer = new ResizeObserver(() => {
    const height = Math.ceil(main.getBoundingClientRect().height);
    window.parent.postMessage({ type: "rune-player-height", height }, "*");
  });
  observer.observe(main);
}
