// Whether what is to be uploaded fits into what the organisation may store. Pure.
import type { StorageUse } from "../../api/page-state";
import { sizeText } from "../../../look/quantities";

/** The part of the limit from which people are warned, as on the organisation's page. */
const NEAR = 0.8;

export interface QuotaNotice {
  readonly tone: "warn" | "bad";
  readonly text: string;
}

/** The notice before so many bytes are sent; null where there is room enough. */
export function quotaNotice({ used, limit }: StorageUse, size: number): QuotaNotice | null {
  if (used + size > limit) {
    const remaining = Math.max(0, limit - used);
    return {
      tone: "bad",
      text: `The organisation has ${sizeText(remaining)} left of ${sizeText(limit)}: this may be refused. Delete recordings that are not needed, or ask the operator of this server for more.`,
    };
  }
  if (used + size < limit * NEAR) return null;
  return {
    tone: "warn",
    text: `After this, the organisation has ${sizeText(limit - used - size)} left of ${sizeText(limit)}.`,
  };
}
