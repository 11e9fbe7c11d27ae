// Numbers, sizes and times in words, the same everywhere in the studio. Pure.
import { counted } from "../../look/plural";

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, "");
}

/** A duration: 0.07 ms, 12 ms, 1.4 s. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${trimmed(milliseconds, milliseconds < 10 ? 1 : 0)} ms`;
  return `${trimmed(milliseconds / 1000, 1)} s`;
}

/** A count with its noun: 1 error, 2 errors. */
export { counted as count };

/** How long ago, roughly: "just now", "4 minutes ago", "on 9 Nov". */
export function ago(then: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(then)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${counted(Math.max(1, Math.round(seconds / 60)), "minute")} ago`;
  if (seconds < 86_400) return `${counted(Math.round(seconds / 3600), "hour")} ago`;
  return `on ${new Date(then).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`;
}

/** The beginning of a digest, enough to tell two apart. */
export function shortDigest(digest: string): string {
  return digest.length > 17 ? `${digest.slice(0, 15)}…` : digest;
}
