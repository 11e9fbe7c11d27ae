// The settings that a page gives of the build whose values its stages show.

/** The build whose values the stages show. */
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
