// The common lines of two texts. Pure.

export interface DifferingLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** The lines of both texts, in order, with as many as possible the same. Takes time by the product of their lengths. */
export function lineDifference(before: string, after: string): readonly DifferingLine[] {
  const old = before.split("\n");
  const current = after.split("\n");
  // How many lines are the same from here on, for each place in both.
  const width = current.length + 1;
  const same = new Uint32Array((old.length + 1) * width);
  for (let one = old.length - 1; one >= 0; one--)
    for (let other = current.length - 1; other >= 0; other--)
      same[one * width + other] =
        old[one] === current[other]
          ? 1 + (same[(one + 1) * width + other + 1] ?? 0)
          : Math.max(same[(one + 1) * width + other] ?? 0, same[one * width + other + 1] ?? 0);
  const lines: DifferingLine[] = [];
  let [one, other] = [0, 0];
  while (one < old.length || other < current.length) {
    const [was, is] = [old[one], current[other]];
    if (was !== undefined && was === is) {
      lines.push({ kind: "same", text: was });
      one++;
      other++;
    } else if (
      is === undefined ||
      (was !== undefined && (same[(one + 1) * width + other] ?? 0) >= (same[one * width + other + 1] ?? 0))
    ) {
      lines.push({ kind: "removed", text: was ?? "" });
      one++;
    } else {
      lines.push({ kind: "added", text: is });
      other++;
    }
  }
  return lines;
}
