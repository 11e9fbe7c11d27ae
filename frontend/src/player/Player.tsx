// Fetches one rune and lets it run.
import { Preview, type PreviewHost } from "../preview";
import type { Addresses, Limits } from "../runtime";
import { FetchFailure } from "./FetchFailure";
import { fetchingText, useFetched } from "./use-fetched";

interface Props {
  readonly address: string;
  readonly name: string;
  /** Bytes that the build planned, where the page knows them. */
  readonly memory: number | null;
  readonly limits: Limits;
  /** Where the frame and the worker come from, if not from where pages have them. */
  readonly addresses?: Addresses;
  /** The example inputs that the page brings along. */
  readonly host?: PreviewHost;
}

export function Player({ address, name, memory, limits, addresses, host }: Props) {
  const [fetchState, again] = useFetched(address);
  if (fetchState.state === "failed") return <FetchFailure reason={fetchState.reason} onAgain={again} />;
  return (
    <Preview
      rune={fetchState.state === "there" ? fetchState.rune : null}
      heading={null}
      memory={memory}
      limits={limits}
      isLarge
      {...(addresses === undefined ? {} : { addresses })}
      {...(host === undefined ? {} : { host })}
      empty={fetchingText(fetchState, name)}
    />
  );
}
