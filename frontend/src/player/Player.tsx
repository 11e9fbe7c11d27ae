// Fetches one rune and lets it run.
import { Preview } from "../preview";
import type { Addresses, Limits } from "../runtime";
import { NotFetched } from "./NotFetched";
import { fetchingText, useFetched } from "./use-fetched";

interface Props {
  readonly address: string;
  readonly name: string;
  /** Bytes that the build planned, where the page knows them. */
  readonly memory: number | null;
  readonly limits: Limits;
  /** Where the frame and the worker come from, if not from where pages have them. */
  readonly addresses?: Addresses;
}

export function Player({ address, name, memory, limits, addresses }: Props) {
  const [fetched, again] = useFetched(address);
  if (fetched.state === "failed") return <NotFetched reason={fetched.reason} onAgain={again} />;
  return (
    <Preview
      rune={fetched.state === "there" ? fetched.rune : null}
      heading={null}
      memory={memory}
      limits={limits}
      isLarge
      {...(addresses === undefined ? {} : { addresses })}
      empty={fetchingText(fetched, name)}
    />
  );
}
