// The props and results that every source of input shares.
import type { CapabilityRequest } from "../../runtime";

export interface SourceProps {
  readonly request: CapabilityRequest;
  /** The newest input, of exactly the size asked for; null when there is none any more. */
  readonly onInput: (data: ArrayBuffer | null, isStream?: boolean) => void;
  /** The picture of an example that is the input as long as the source gives none. */
  readonly example: ArrayBuffer | null;
}
