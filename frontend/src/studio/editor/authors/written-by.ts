// Says which Yjs clients wrote each line of a text, read from the items that the text is made of. Pure.
import * as Y from "yjs";

/** The characters of a text in order, in runs of one client each. */
export function* runsOf(text: Y.Text): Generator<{ readonly client: number; readonly text: string }> {
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.content instanceof Y.ContentString)
      yield { client: item.id.client, text: item.content.str };
  }
}

/** For each line, the clients that wrote characters of it, who wrote most first. A line of no characters is its break's. */
export function lineClients(text: Y.Text): readonly (readonly number[])[] {
  const lines: Map<number, number>[] = [new Map<number, number>()];
  for (const { client, text: run } of runsOf(text)) {
    const parts = run.split("\n");
    for (const [index, part] of parts.entries()) {
      const line = lines.at(-1);
      if (part !== "") line?.set(client, (line.get(client) ?? 0) + part.length);
      if (index < parts.length - 1) {
        if (line?.size === 0) line.set(client, 0);
        lines.push(new Map());
      }
    }
  }
  return lines.map((line) => [...line].sort(([, one], [, other]) => other - one).map(([client]) => client));
}
