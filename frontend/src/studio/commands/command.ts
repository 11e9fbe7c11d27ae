// A person's actions in the studio, as data: the palette lists them, the keys run them, the help shows them. Pure.

export type CommandGroup = "Project" | "File" | "Edit" | "View" | "Go" | "Preview";

export interface Command {
  readonly id: string;
  /** The label of a button: "Build". */
  readonly title: string;
  readonly group: CommandGroup;
  /** Such as "Mod+Shift+P" or "F8"; Mod is Command on a Mac and Control elsewhere. */
  readonly keys?: string;
  /** Keys that are heard by a part of the page itself, such as the editor: shown here, and left to it there. */
  readonly keyScope?: "everywhere" | "outside the editor" | "in the editor" | "by its part";
  /** Why it cannot be done now, as a sentence; it is then shown and does nothing. */
  readonly refusal?: string | null;
  readonly run: () => void;
}
