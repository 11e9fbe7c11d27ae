// How long the window of an answer is, how often there is an answer, and how late it comes, in words. Pure.

/** `window 1.0 s, a new answer every 200 ms · 0.2 s behind`; all in seconds. `hop` is null while there was one answer. */
export function timingText(window: number, hop: number | null, behind: number): string {
  const every = hop === null ? "" : `, a new answer every ${hopText(hop)}`;
  return `window ${window.toFixed(1)} s${every} · ${behind.toFixed(1)} s behind`;
}

function hopText(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}
