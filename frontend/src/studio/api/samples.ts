// The JSON of samples, as this page reads it. Shapes only.
import type { Person } from "./types";

export interface Sample {
  readonly id: string;
  readonly kind: "sound" | "picture" | "motion";
  readonly path: string;
  readonly size: number;
  readonly label: string;
  readonly owner: (Person & { readonly id: string }) | null;
  readonly may_delete: boolean;
  readonly consent: string;
  readonly consented: string;
  readonly ends: string;
}

/** Who would see a recording and until when, in the words that its person agrees to. */
export interface SampleTerms {
  readonly days: number;
  readonly ends: string;
  readonly text: string;
}
