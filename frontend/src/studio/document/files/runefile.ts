// Says which file of a project is its Runefile: names alone, as the toolchain takes them (rune/source/runefile/find.py).

/** The names that a Runefile can have; the first that a project has is its Runefile. */
export const RUNEFILE_NAMES: readonly string[] = ["Runefile.yml", "Runefile.yaml", "Runefile"];

/** Where a project states its limits, approvals and protected tags (rune/source/policy/read.py). */
export const POLICY_FILE = "forge.yml";

/** The Runefile's path; that of a new one when there is none. */
export function findRunefile(files: readonly { readonly path: string }[]): string {
  const paths = new Set(files.map((file) => file.path));
  return RUNEFILE_NAMES.find((name) => paths.has(name)) ?? "Runefile.yml";
}

export function isRunefileName(path: string): boolean {
  return RUNEFILE_NAMES.includes(path);
}
