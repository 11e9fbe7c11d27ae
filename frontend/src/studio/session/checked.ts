// Which problems and which pipeline the page shows: those of its own check where there is one, else the server's. Pure.
import type { Preview } from "../../api/schema";
import type { Checked } from "./checking";

/** Problems that only a build can tell; the check in the page knows nothing of them. */
const OF_BUILDS = /^RUNE008[12]/;

export function withChecked(preview: Preview, checked: Checked | null): Preview {
  if (checked === null) return preview;
  const ofBuilds = checked.isFresh ? preview.diagnostics.filter((diagnostic) => OF_BUILDS.test(diagnostic.code)) : [];
  return { ...preview, diagnostics: [...checked.diagnostics, ...ofBuilds], outline: checked.outline };
}
