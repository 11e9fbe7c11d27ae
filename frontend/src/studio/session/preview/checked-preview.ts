// Says which problems and which pipeline the page shows: those of its own check where there is one, else the server's.
import type { Preview } from "../../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { CheckedText, TextCheck } from "./text-check";
import type { SessionStore } from "../store";

/** Problems that only the server can tell; the check in the page knows nothing of them. */
const OF_BUILDS = /^RUNE(008[12]|0107|0121)$/;

export function withCheckedText(preview: Preview, checkedText: CheckedText | null): Preview {
  if (checkedText === null) return preview;
  const { outline } = checkedText;
  const ofBuilds = checkedText.isCurrent
    ? preview.diagnostics.filter((diagnostic) => OF_BUILDS.test(diagnostic.code))
    : [];
  // The same list where nothing is added: what draws it need not draw it again.
  const diagnostics = ofBuilds.length === 0 ? checkedText.diagnostics : [...checkedText.diagnostics, ...ofBuilds];
  return { ...preview, diagnostics, outline };
}

/** The preview as the page shows it, which follows both. */
export function checkedPreview(
  session: SessionStore["state"],
  checking: TextCheck["state"],
): Omit<StoreApi<Preview>, "setState"> {
  let [preview, checkedText] = [session.getState().preview, checking.getState()];
  const store = createStore<Preview>(() => withCheckedText(preview, checkedText));
  const follow = (): void => {
    const [newest, answer] = [session.getState().preview, checking.getState()];
    if (newest === preview && answer === checkedText) return;
    [preview, checkedText] = [newest, answer];
    store.setState(withCheckedText(preview, checkedText), true);
  };
  session.subscribe(follow);
  checking.subscribe(follow);
  return store;
}
