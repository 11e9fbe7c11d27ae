// All that can be added to the graph, found by a few letters: pressed it is added, dragged it goes where it falls.
import { isComposing } from "../../look/keys/composing";
import type { Outline, OutlineWire } from "../../api/schema";
import { Code, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { find } from "../parts/fuzzy-search";
import { moveFocus } from "../parts/arrow-keys";
import { InlineCode } from "../../look/code/InlineCode";
import type { PaletteAnswer, PaletteItem, Port, Suit } from "../edits/graph-requests";
import { useStudio } from "../context/studio";
import type { GraphLanguage } from "../edits/graph-language";

interface AddPanelProps {
  readonly language: GraphLanguage;
  /** The output that the new stage would read from. */
  readonly spot: Port | null;
  readonly into: OutlineWire | null;
  readonly outline: Outline;
  /** The data type of a dragged item. */
  readonly dragType: string;
  readonly onAdd: (item: PaletteItem) => void;
  /** Asks for a block of one's own at the same place. */
  readonly onNewBlock: () => void;
  readonly onClose: () => void;
}

interface Group {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

/** Everything in its groups: blocks by what they are about, in the order in which they come. */
function groupsOf(palette: PaletteAnswer): readonly Group[] {
  const categories = [...new Set(palette.blocks.map(({ category }) => category))];
  return [
    { title: "Capabilities", items: palette.capabilities },
    ...categories.map((category) => ({
      title: `Proc-blocks: ${category}`,
      items: palette.blocks.filter((item) => item.category === category),
    })),
    { title: "Models of this project", items: palette.models },
    { title: "Outputs", items: palette.outputs },
  ];
}

/**
 * The items with the query in their name, and after those the ones with it in their help; the group with the best comes
 * first.
 */
function matchingGroups(query: string, palette: PaletteAnswer | null): readonly Group[] {
  if (palette === null) return [];
  const groups = groupsOf(palette);
  const all = groups.flatMap(({ items }) => items);
  const titleMatches = find(query, all, (item) => item.title, all.length).map(({ item }) => item);
  const helpMatches = all.filter(
    (item) => !titleMatches.includes(item) && item.help.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const ranks = new Map([...titleMatches, ...helpMatches].map((item, rank) => [item, rank]));
  const rank = (item: PaletteItem | undefined): number =>
    item === undefined ? all.length : (ranks.get(item) ?? all.length);
  return groups
    .map(({ title, items }) => ({
      title,
      items: items.filter((item) => ranks.has(item)).toSorted((one, other) => rank(one) - rank(other)),
    }))
    .filter(({ items }) => items.length > 0)
    .toSorted((one, other) => (query === "" ? 0 : rank(one.items[0]) - rank(other.items[0])));
}

export function AddPanel({ language, spot, into, outline, dragType, onAdd, onNewBlock, onClose }: AddPanelProps) {
  const { workspace } = useStudio();
  const [palette, setPalette] = useState<PaletteAnswer | null>(null);
  const [suits, setSuits] = useState<readonly Suit[]>([]);
  const [query, setQuery] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const stage = spot?.stage ?? null;
  const index = spot?.index ?? 0;

  useEffect(() => field.current?.focus(), []);
  // Other projects may have published blocks since: the palette is fetched again when the check knows of it.
  useEffect(() => {
    if (workspace.sharedBlocks !== undefined) workspace.attempt(workspace.sharedBlocks.refresh());
  }, [workspace]);
  useEffect(() => {
    let isActive = true;
    language.palette().then(
      (answer) => isActive && setPalette(answer),
      () => isActive && onClose(),
    );
    return () => {
      isActive = false;
    };
    // Its models come and go with the project's files, and each of these changes is checked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language, outline]);
  useEffect(() => {
    let isActive = true;
    const suits = stage === null ? Promise.resolve([]) : language.suits({ stage, index });
    suits.then(
      (answer) => isActive && setSuits(answer),
      () => undefined,
    );
    return () => {
      isActive = false;
    };
  }, [language, outline, stage, index]);

  const reasons = useMemo(() => new Map(suits.map((suit) => [`${suit.kind} ${suit.target}`, suit.reason])), [suits]);
  const reasonOf = (item: PaletteItem): string | null =>
    item.kind === "capability" ? null : (reasons.get(`${item.kind} ${item.target}`) ?? null);
  const groups = matchingGroups(query, palette);
  const first = query === "" ? undefined : groups[0]?.items[0];
  // Enter may come before what can be added is known.
  const isAwaited = useRef(false);
  useEffect(() => {
    if (palette === null || !isAwaited.current) return;
    isAwaited.current = false;
    if (first !== undefined) onAdd(first);
  }, [palette, first, onAdd]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && event.target === field.current && query !== "") {
      if (first !== undefined) onAdd(first);
      else isAwaited.current = palette === null;
    } else return moveFocus(event);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section className="add-panel" aria-label="Add a stage" onKeyDown={onKeyDown}>
      <div className="row between">
        <h2>Add a stage</h2>
        <button type="button" className="button quiet square" aria-label="Close the palette" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </div>
      <p className="small muted" role="status">
        {into !== null ? (
          <>
            It goes between <b>{into.source}</b> and <b>{into.target}</b>.
          </>
        ) : stage !== null ? (
          <>
            What fits is connected to <b>{stage}</b>.
          </>
        ) : (
          "Press it, or drag it onto a wire."
        )}
      </p>
      <input
        ref={field}
        className="input"
        type="search"
        data-row
        aria-label="Find a stage to add"
        placeholder="Find"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <button type="button" data-row className="button" onClick={onNewBlock}>
        <Code aria-hidden="true" />
        New block in Python…
      </button>
      <div className="add-list">
        {palette === null && <p className="small muted">Loading the stages…</p>}
        {palette !== null && groups.length === 0 && <p className="small muted">No matches.</p>}
        {groups.map(({ title, items }) => (
          <div key={title}>
            <h3 className="label">{title}</h3>
            <ul>
              {items.map((item) => {
                const reason = reasonOf(item);
                return (
                  <li key={`${item.kind} ${item.target}`}>
                    <button
                      type="button"
                      data-row
                      className={reason === null ? "add-item" : "add-item unfit"}
                      draggable
                      title={reason ?? item.help}
                      onDragStart={(event) => {
                        event.dataTransfer.setData(dragType, JSON.stringify(item));
                        event.dataTransfer.effectAllowed = "copy";
                      }}
                      onClick={() => onAdd(item)}
                    >
                      <span className={`kind ${item.kind}`} />
                      <span className="grow">
                        <b className="cut">{item.title}</b>
                        <span className="small muted">
                          <InlineCode>{reason ?? item.help}</InlineCode>
                        </span>
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
