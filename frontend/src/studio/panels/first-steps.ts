// Says which of the first steps their person has done, in this browser: seen from what they do, whichever project is open.
import type { Transaction } from "yjs";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Workspace } from "../session/workspace";
import { browserStorage } from "../document/sync/unsent";

export type Step = "try" | "change" | "build";

const KEY = "hammer-forge first-steps ";
/** The card of an input in the preview. */
const INPUT = "[data-input]";

export type DoneSteps = Omit<StoreApi<ReadonlySet<Step>>, "setState">;

export interface FirstSteps {
  readonly doneSteps: DoneSteps;
  /** Watches what the person does on a page. Answers how to stop. */
  watch(page: Pick<Document, "addEventListener" | "removeEventListener">): () => void;
}

export function firstSteps(workspace: Pick<Workspace, "store" | "files">, storage = browserStorage()): FirstSteps {
  const { state } = workspace.store;
  const { doc } = workspace.files;
  const key = KEY + state.getState().me.id;
  const doneSteps = createStore<ReadonlySet<Step>>(() => readSteps(storage?.getItem(key) ?? ""));
  const mark = (step: Step): void => {
    if (doneSteps.getState().has(step)) return;
    doneSteps.setState(new Set([...doneSteps.getState(), step]), true);
    storage?.setItem(key, [...doneSteps.getState()].join(" "));
  };
  const onUse = ({ target }: Event): void => {
    if ((target as Partial<Element> | null)?.closest?.(INPUT)) mark("try");
  };
  const onEdit = (_update: Uint8Array, _origin: unknown, _doc: unknown, { local }: Transaction): void => {
    if (local) mark("change");
  };
  const onSession = (): void => {
    const { builds, me } = state.getState();
    if (builds.some((build) => build.requested_by?.id === me.id)) mark("build");
  };
  return {
    doneSteps,
    watch: (page) => {
      page.addEventListener("pointerdown", onUse);
      page.addEventListener("change", onUse);
      doc.on("update", onEdit);
      const unsubscribe = state.subscribe(onSession);
      onSession();
      return () => {
        page.removeEventListener("pointerdown", onUse);
        page.removeEventListener("change", onUse);
        doc.off("update", onEdit);
        unsubscribe();
      };
    },
  };
}

function readSteps(text: string): ReadonlySet<Step> {
  const names = text.split(" ");
  return new Set((["try", "change", "build"] as const).filter((step) => names.includes(step)));
}
