// Everything that can be done or opened, found by a few letters: commands, files, stages; and what the server finds elsewhere.
import { isComposing } from "../../look/keys/composing";
import { Fragment, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Dialog } from "../parts/dialog/Dialog";
import type { Command } from "./command";
import type { Destination } from "../context/destination";
import { Keys } from "./Keys";
import { find, type Match } from "../parts/fuzzy-search";
import { useServerSearch } from "./use-elsewhere";

interface PaletteProps {
  /** The title of the choice; by default everything that can be done or opened. */
  readonly title?: string;
  readonly commands: readonly Command[];
  readonly destinations: readonly Destination[];
  /** The address of this project, where things outside of it are found too. */
  readonly here?: string;
  /** The text of the field at first: ">" looks among the commands alone. */
  readonly start: string;
  readonly onClose: () => void;
}

interface Choice {
  readonly id: string;
  readonly title: string;
  readonly side: string;
  readonly keys: string | undefined;
  readonly refusal: string | null;
  readonly run: () => void;
}

function choicesOf(commands: readonly Command[], destinations: readonly Destination[]): readonly Choice[] {
  return [
    ...commands.map(({ id, title, group, keys, refusal, run }) => ({
      id,
      title,
      side: group,
      keys,
      refusal: refusal ?? null,
      run,
    })),
    ...destinations.map(({ id, title, kind, go }) => ({
      id,
      title,
      side: kind,
      keys: undefined,
      refusal: null,
      run: go,
    })),
  ];
}

/** The title with the letters that were found marked. */
function MarkedTitle({ title, at }: { readonly title: string; readonly at: readonly number[] }) {
  const markedIndexes = new Set(at);
  return (
    <span className="cut grow">
      {[...title].map((character, index) =>
        markedIndexes.has(index) ? <b key={index}>{character}</b> : <Fragment key={index}>{character}</Fragment>,
      )}
    </span>
  );
}

export function Palette({
  title = "A command, a file or a stage",
  commands,
  destinations,
  here,
  start,
  onClose,
}: PaletteProps) {
  const list = useId();
  const [query, setQuery] = useState(start);
  const [chosenIndex, setChosenIndex] = useState(0);
  const rows = useRef<HTMLUListElement>(null);
  const onlyCommands = query.startsWith(">");
  const hits = useServerSearch(onlyCommands ? "" : query, here);
  const matches = useMemo<readonly Match<Choice>[]>(() => {
    const near = find(
      onlyCommands ? query.slice(1) : query,
      choicesOf(commands, onlyCommands ? [] : destinations),
      (choice) => choice.title,
    );
    return [...near, ...choicesOf([], hits).map((item) => ({ item, at: [] }))];
  }, [query, onlyCommands, commands, destinations, hits]);

  useEffect(() => {
    rows.current?.children[chosenIndex]?.scrollIntoView({ block: "nearest" });
  }, [chosenIndex]);

  const run = (choice: Choice | undefined): void => {
    if (choice === undefined || choice.refusal !== null) return;
    onClose();
    // The dialog gives the focus back as it closes; what runs may want it elsewhere.
    queueMicrotask(choice.run);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    const last = matches.length - 1;
    if (event.key === "ArrowDown") setChosenIndex(chosenIndex >= last ? 0 : chosenIndex + 1);
    else if (event.key === "ArrowUp") setChosenIndex(chosenIndex <= 0 ? Math.max(last, 0) : chosenIndex - 1);
    else if (event.key === "Home" && event.ctrlKey) setChosenIndex(0);
    else if (event.key === "End" && event.ctrlKey) setChosenIndex(Math.max(last, 0));
    else if (event.key === "Enter") run(matches[chosenIndex]?.item);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={title} onClose={onClose} className="palette">
      <div className="field">
        <input
          type="text"
          role="combobox"
          aria-label={title}
          aria-expanded="true"
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={matches.length === 0 ? undefined : `${list}-${chosenIndex}`}
          data-first
          autoComplete="off"
          spellCheck={false}
          placeholder={title}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosenIndex(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={list} ref={rows} role="listbox" aria-label="Results" className="palette-list">
        {matches.map(({ item, at }, index) => (
          <li
            key={item.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosenIndex}
            aria-disabled={item.refusal !== null}
            title={item.refusal ?? undefined}
            onPointerMove={() => setChosenIndex(index)}
            onClick={() => run(item)}
          >
            <MarkedTitle title={item.title} at={at} />
            <span className="small muted">{item.refusal ?? item.side}</span>
            {item.keys !== undefined && <Keys keys={item.keys} />}
          </li>
        ))}
      </ul>
      <p className="small muted" role="status">
        {matches.length === 0 ? "No matches. Try fewer letters." : "↑ ↓ choose, Enter goes, > finds commands alone"}
      </p>
    </Dialog>
  );
}
