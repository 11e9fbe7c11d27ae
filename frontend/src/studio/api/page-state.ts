// The state that the studio's page is served with. All other shapes of the server are generated: src/api/schema.ts.
import type { ProjectState } from "../../api/schema";

export interface StorageUse {
  readonly used: number;
  readonly limit: number;
}

/** The project's state and the token that a write must carry. */
export interface PageState extends ProjectState {
  readonly csrf: string;
  /** Where Pyodide and the packed language are, or null where the server answers in their place. */
  readonly language: string | null;
  /** Bytes that the organisation has stored when the page is opened, and those that it may have. */
  readonly storage: StorageUse;
  /** The hints for beginners that the person has not put away. */
  readonly hints: readonly string[];
}
