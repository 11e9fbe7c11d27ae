// The sizes for a board and a number of labels, read again while they are being counted.
import { useEffect, useState } from "react";
import { problemText, type CountedSizes, type StartServer } from "../server";

/** Milliseconds between two looks at figures that are being counted. */
const AGAIN = 400;
const NONE: CountedSizes = { isCounting: true, sizes: [] };

export function useSizes(
  server: StartServer,
  recipe: string,
  board: string,
  labels: number,
): { readonly sizes: CountedSizes; readonly problem: string | null } {
  const [sizes, setSizes] = useState(NONE);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const read = (): void => {
      server.sizes(recipe, board, labels).then(
        (answer) => {
          if (!isWanted) return;
          setSizes(answer);
          setProblem(null);
          if (answer.isCounting) timer = setTimeout(read, AGAIN);
        },
        (error: unknown) => isWanted && setProblem(problemText(error)),
      );
    };
    read();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [server, recipe, board, labels]);
  return { sizes, problem };
}
