// The destinations of the palette.

/** A file, a stage, or what is found elsewhere. */
export interface Destination {
  readonly id: string;
  readonly title: string;
  /** "File", "Stage", "Project · acme". */
  readonly kind: string;
  readonly go: () => void;
}
