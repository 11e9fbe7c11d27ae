// What a page says of the build whose stages show what they give.

/** Of which build the page shows what the stages give. */
export interface StageSettings {
  readonly build: string;
  /** The digest of its files. */
  readonly version: string;
  /** `acme/door-knock` */
  readonly project: string;
  /** The address of the project's events. */
  readonly events: string;
  /** The element that has the picture of its pipeline. */
  readonly picture: HTMLElement;
}
