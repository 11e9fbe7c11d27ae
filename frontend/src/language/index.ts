// The names that the studio imports for the language.
export { LanguageService } from "./service";
export type { WorkerLike } from "./browser";
export * from "./types";
