// The line at the foot: connection, problems, toolchain, place.
import { isMac, keyCaps } from "../parts/keys";
import { problemCounts } from "../session/problems/count";
import { useDiagnostics, useMayEdit, usePlace, useSession, useStudio, useText } from "../context/studio";

export function StatusBar() {
  const { building, dialogs } = useStudio();
  const isTextConnected = useText(({ save }) => save === "saved" || save === "saving");
  const isConnected = useSession(({ connected }) => connected) && isTextConnected;
  const toolchain = useSession(({ builds }) => builds.find((each) => each.report !== null)?.report?.toolchain ?? null);
  const problems = problemCounts(useDiagnostics());
  const cursor = usePlace((place) => place.cursor);
  const mayEdit = useMayEdit();
  return (
    <footer className="status num">
      <span className={isConnected ? "" : "worse"}>{isConnected ? "Connected" : "Not connected"}</span>
      <button type="button" onClick={() => building.showTab("problems")}>
        {problems.length === 0 && "No problems"}
        {problems.map(({ tone, text }, index) => (
          <span key={tone} className={tone}>
            {index > 0 && ", "}
            {text}
          </span>
        ))}
      </button>
      {toolchain !== null && <span>Anvil {toolchain} · wasm32</span>}
      {!mayEdit && <span>You can view and try this project; editing needs the Developer role</span>}
      <span className="grow" />
      {cursor !== null && (
        <span>
          Ln {cursor.line}, Col {cursor.column}
        </span>
      )}
      <button
        type="button"
        className="wide-only"
        onClick={() => dialogs.open({ what: "palette", start: "" })}
        aria-keyshortcuts="Control+K"
      >
        {keyCaps("Mod+k", isMac(navigator.platform)).join(" ")} for commands
      </button>
      <a href="/docs/guides/studio" target="_blank">
        Help
      </a>
    </footer>
  );
}
