// Labels that say that nothing of interest is there. Pure.

const QUIET = new Set(["silence", "unknown", "noise", "background", "none", "nothing", "other", "negative"]);

/** Whether a label says that nothing of interest is there. */
export function isQuiet(text: string): boolean {
  return QUIET.has(text.toLowerCase().replaceAll(/^[\s_<([]+|[\s_>)\]]+$/g, ""));
}
