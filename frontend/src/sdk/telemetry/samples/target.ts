// The subject of the question about samples: a deployment, and its rune where that counts.
import type { LoadedRune } from "../../../runtime/types";

/** The place in which the person of a page is asked about a deployment. */
export interface SamplePlace {
  /** The address of the deployment. */
  readonly source: string;
  /** The element in which the questions stand; without it, the corner of the page. */
  readonly place: HTMLElement | undefined;
}

/** A deployment whose rune counts in the page. */
export interface SampledDeployment extends SamplePlace {
  /** The digest of the rune's bytes. */
  readonly digest: string;
  /** Where counts are sent. Beside it is the address at which a page asks for requests, and sends. */
  readonly url: string;
  readonly rune: Pick<LoadedRune, "capabilities" | "watch">;
}
