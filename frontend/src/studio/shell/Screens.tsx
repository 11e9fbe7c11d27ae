// Which part of the studio a narrow page shows, and the buttons that choose it.
import { FolderOpen, Play, TextCursorInput } from "lucide-react";

export type Screen = "files" | "text" | "preview";

const SCREENS: readonly { readonly id: Screen; readonly label: string; readonly Icon: typeof Play }[] = [
  { id: "files", label: "Files", Icon: FolderOpen },
  { id: "text", label: "Text", Icon: TextCursorInput },
  { id: "preview", label: "Preview", Icon: Play },
];

/** As in styles/phone.css: where one part is shown at a time, and trying comes first. */
const PHONE = "(max-width: 860px)";

export function isNarrow(): boolean {
  return window.matchMedia(PHONE).matches;
}

export function Screens({
  screen,
  onScreen,
}: {
  readonly screen: Screen;
  readonly onScreen: (screen: Screen) => void;
}) {
  return (
    <nav className="screens" aria-label="Parts of the studio">
      {SCREENS.map(({ id, label, Icon }) => (
        <button key={id} type="button" aria-current={screen === id ? "page" : undefined} onClick={() => onScreen(id)}>
          <Icon className="icon" aria-hidden="true" />
          {label}
        </button>
      ))}
    </nav>
  );
}
