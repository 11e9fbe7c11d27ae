// Fetches one rune and lets it run.
import { RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { Preview } from "../preview";
import type { Limits } from "../runtime";
import { fetchRune } from "./fetch-rune";
import { WrongResult, type WrongAddresses } from "./WrongResult";

interface Props {
  readonly address: string;
  readonly name: string;
  /** Bytes that the build planned, where the page knows them. */
  readonly memory: number | null;
  readonly limits: Limits;
  /** Where a wrong result is sent; null on a page whose person may not. */
  readonly wrong?: WrongAddresses | null;
}

type Fetched =
  | { readonly state: "fetching"; readonly share: number | null }
  | { readonly state: "there"; readonly rune: ArrayBuffer }
  | { readonly state: "failed"; readonly reason: string };

export function Player({ address, name, memory, limits, wrong = null }: Props) {
  const [fetched, setFetched] = useState<Fetched>({ state: "fetching", share: null });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const leaving = new AbortController();
    fetchRune(address, leaving.signal, (share) => setFetched({ state: "fetching", share })).then(
      (rune) => setFetched({ state: "there", rune }),
      (error: unknown) => {
        if (!leaving.signal.aborted)
          setFetched({ state: "failed", reason: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => leaving.abort();
  }, [address, turn]);

  if (fetched.state === "failed") {
    return (
      <div className="notice bad stack" role="alert">
        <p>{fetched.reason}</p>
        <div className="row">
          <button type="button" className="button big" onClick={() => setTurn(turn + 1)}>
            <RotateCcw aria-hidden="true" />
            Try again
          </button>
        </div>
      </div>
    );
  }
  const percent = fetched.state === "fetching" && fetched.share !== null ? ` ${Math.round(fetched.share * 100)} %` : "";
  return (
    <Preview
      rune={fetched.state === "there" ? fetched.rune : null}
      heading={null}
      memory={memory}
      limits={limits}
      after={wrong === null ? undefined : (running) => <WrongResult addresses={wrong} running={running} />}
      isLarge
      empty={`Fetching ${name}…${percent}`}
    />
  );
}
