// The keys of everything that has some, by group.
import { Dialog } from "../parts/dialog/Dialog";
import type { Command, CommandGroup } from "./command";
import { Keys } from "./Keys";

interface ShortcutHelpProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

/** Keys of the editor and of the lists, which those parts hear themselves. */
const OF_PARTS: readonly { readonly title: string; readonly keys: string }[] = [
  { title: "Find in the file", keys: "Mod+f" },
  { title: "Undo", keys: "Mod+z" },
  { title: "Redo", keys: "Mod+Shift+z" },
  { title: "Leave the text for the next part: Escape, then Tab", keys: "Escape" },
];

export function ShortcutHelp({ commands, onClose }: ShortcutHelpProps) {
  const keyedCommands = commands.filter((command) => command.keys !== undefined);
  const groups = [...new Set(keyedCommands.map((command) => command.group))];
  const rows = (group: CommandGroup): readonly { readonly title: string; readonly keys: string }[] =>
    keyedCommands.filter((command) => command.group === group).map(({ title, keys }) => ({ title, keys: keys ?? "" }));
  return (
    <Dialog title="Keyboard" onClose={onClose} className="wide">
      <div className="shortcut-groups">
        {groups.map((group) => (
          <Group key={group} title={group} rows={rows(group)} />
        ))}
        <Group title="In the text" rows={OF_PARTS} />
      </div>
    </Dialog>
  );
}

function Group({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly keys: string }[];
}) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="shortcuts">
        {rows.map((row) => (
          <div key={row.title}>
            <dt>{row.title}</dt>
            <dd>
              <Keys keys={row.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
