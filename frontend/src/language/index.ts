// What the studio knows of the language.
export { LanguageService } from "./service";
export type { WorkerLike } from "./browser";
export * from "./types";
