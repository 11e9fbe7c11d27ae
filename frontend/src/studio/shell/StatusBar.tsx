// The line at the foot: connection, problems, toolchain, place.
import { isMac, keyCaps } from "../commands/command";
import type { Cursor } from "../editor/Editor";
import type { ProblemCount } from "../session/problem-count";

interface StatusBarProps {
  readonly connected: boolean;
  readonly problems: readonly ProblemCount[];
  readonly toolchain: string | null;
  readonly cursor: Cursor | null;
  readonly readOnly: boolean;
  readonly onProblems: () => void;
  readonly onCommands: () => void;
}

export function StatusBar({
  connected,
  problems,
  toolchain,
  cursor,
  readOnly,
  onProblems,
  onCommands,
}: StatusBarProps) {
  return (
    <footer className="status num">
      <span className={connected ? "" : "worse"}>{connected ? "Connected" : "Not connected"}</span>
      <button type="button" onClick={onProblems}>
        {problems.length === 0 && "No problems"}
        {problems.map(({ tone, text }, index) => (
          <span key={tone} className={tone}>
            {index > 0 && ", "}
            {text}
          </span>
        ))}
      </button>
      {toolchain !== null && <span>Anvil {toolchain} · wasm32</span>}
      {readOnly && <span>You can view and try this project; editing needs the Developer role</span>}
      <span className="grow" />
      {cursor !== null && (
        <span>
          Ln {cursor.line}, Col {cursor.column}
        </span>
      )}
      <button type="button" className="wide-only" onClick={onCommands} aria-keyshortcuts="Control+K">
        {keyCaps("Mod+k", isMac(navigator.platform)).join(" ")} for commands
      </button>
    </footer>
  );
}
