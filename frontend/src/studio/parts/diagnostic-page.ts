/** The page that says what a diagnostic's code means, with examples. */
export function explanationOf(code: string): string {
  return `/docs/reference/diagnostics/${code}`;
}
