// The items of a menu. The menu itself is fetched while the page rests.
import type { LucideIcon } from "lucide-react";

export interface MenuItem {
  readonly label: string;
  readonly Icon?: LucideIcon;
  /** As a person reads it: "F2". */
  readonly keys?: string;
  readonly run: () => void;
}

/** A line between groups of items. */
export const DIVIDER = "divider";
