// The stores and services of the studio's page, made once and passed through one context: the workspace, and the stores
// of this visit. None of them is replaced; each part reads for itself what changes in the stores.
import type { TextEdit } from "../../api/schema";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { preference } from "../parts/preferences";
import { deferred } from "../session/deferral";
import type { CheckedText } from "../session/preview/text-check";
import type { ProjectSession } from "../session/project-session";
import type { TextState, Workspace } from "../session/workspace";
import { Building } from "./building";
import { DialogStore } from "./dialog-store";
import { fileWork, type FileWork } from "./files/work";
import { isNarrow } from "./is-narrow";
import { StudioPlaces, type PlacesState, type FileView } from "./places";

export interface StudioStores {
  readonly workspace: Workspace;
  readonly places: StudioPlaces;
  readonly dialogs: DialogStore;
  readonly building: Building;
  readonly files: FileWork;
  /** The nonce of the page's content security policy: styles that the editor adds need it. */
  readonly nonce: string;
}

const fetchListeners = deferred(() => import("./listeners"));

export function makeStores(workspace: Workspace, nonce: string): StudioStores {
  const dialogs = new DialogStore();
  const places = new StudioPlaces(workspace, preference<FileView>("view", "both", isView), isNarrow());
  sharePresence(workspace, places);
  workspace.attempt(fetchListeners().then(({ startListeners: followPlaces }) => followPlaces(workspace, places)));
  const building = new Building(workspace, places);
  return { workspace, places, dialogs, building, files: fileWork(workspace, places, dialogs), nonce };
}

export const StudioContext = createContext<StudioStores | null>(null);

export function useStudio(): StudioStores {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error("This component is used outside the studio's page.");
  return studio;
}

/** A part of what the page knows of the project; drawn anew when that part is another. */
export function useSession<Part>(part: (session: ProjectSession) => Part): Part {
  return useStore(useStudio().workspace.store.state, part);
}

/** The same of the text as a whole. */
export function useText<Part>(part: (text: TextState) => Part): Part {
  return useStore(useStudio().workspace.state, part);
}

/** The same of where one is. */
export function usePlace<Part>(part: (places: PlacesState) => Part): Part {
  return useStore(useStudio().places.state, part);
}

export function useMayEdit(): boolean {
  return useSession(({ may }) => may.includes("edit"));
}

export function useIsSignedOut(): boolean {
  return useStore(useStudio().workspace.signIn.state, ({ who }) => who !== "me");
}

export function useDiagnostics() {
  return useStore(useStudio().workspace.preview, ({ diagnostics }) => diagnostics);
}

export function useOutline() {
  return useStore(useStudio().workspace.preview, ({ outline }) => outline);
}

/** Applies a fix of a problem that is shown; null while the text is newer than the problems: it would fall on other words. */
export function useApplyFix(): ((edits: readonly TextEdit[]) => void) | null {
  const { workspace } = useStudio();
  const isAhead = useText(({ ahead }) => ahead);
  const isCurrent = useStore(workspace.checking.state, (checkedText) => areOfText(checkedText, isAhead));
  return isCurrent ? workspace.applyFix : null;
}

/** The same at once: says why where the text is newer. Returns whether the edits were applied. */
export function applyIfCurrent(workspace: Workspace, edits: readonly TextEdit[]): boolean {
  const isCurrent = areOfText(workspace.checking.state.getState(), workspace.state.getState().ahead);
  if (isCurrent) workspace.applyFix(edits);
  else workspace.toasts.say("The text was changed after it was checked. Try again in a moment.");
  return isCurrent;
}

/** Whether the problems that are shown are of the text as it stands. */
function areOfText(checkedText: CheckedText | null, isAhead: boolean): boolean {
  return checkedText?.isCurrent ?? !isAhead;
}

/** Others see in which file one is. */
function sharePresence({ presence }: Workspace, places: StudioPlaces): void {
  let sharedId = places.state.getState().shownFiles.active?.id ?? null;
  presence.show(sharedId);
  places.state.subscribe(({ shownFiles }) => {
    const id = shownFiles.active?.id ?? null;
    if (id === sharedId) return;
    sharedId = id;
    presence.show(id);
  });
}

function isView(value: unknown): value is FileView {
  return value === "text" || value === "both" || value === "graph";
}
