// A gutter beside the text with who wrote each line and since which version, kept up while people type.
import type { Authors } from "../../../api/schema";
import { RangeSet, type ChangeSet, type Extension, type Range, type Text } from "@codemirror/state";
import { gutter, GutterMarker, ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view";
import type * as Y from "yjs";
import { ago } from "../../format/quantities";
import { lineClients } from "./written-by";
import "../../styles/authors.css";

class AuthorMarker extends GutterMarker {
  constructor(
    readonly label: string,
    readonly title: string,
    readonly colour: number,
  ) {
    super();
  }

  override eq(other: AuthorMarker): boolean {
    return other.label === this.label && other.title === this.title && other.colour === this.colour;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = `author person-${this.colour}`;
    mark.textContent = this.label;
    mark.title = this.title;
    return mark;
  }
}

interface LineFacts {
  readonly names: readonly string[];
  readonly colour: number;
  readonly version: number | null | undefined;
}

const UNKNOWN = "someone";

function factsOf(clients: readonly number[], authors: Authors, version: number | null | undefined): LineFacts {
  const people = clients.map((client) => authors.people[String(client)]);
  const names = [...new Set(people.map((person) => person?.name ?? UNKNOWN))];
  return { names, colour: people[0]?.colour ?? 0, version };
}

function sentence({ names, version }: LineFacts, authors: Authors, now: number): string {
  if (names.length === 0) return "no author is known.";
  const writers = names.length === 1 ? (names[0] ?? UNKNOWN) : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  if (version === undefined) return `${writers}.`;
  if (version === null) return `${writers}, not in a version yet.`;
  const versionEntry = authors.versions[String(version)];
  return `${writers}, since version ${version}${versionEntry === undefined ? "" : ` (${ago(versionEntry.created, now)}${versionEntry.message === "" ? "" : `, “${versionEntry.message}”`})`}.`;
}

/** The version of each line, where the server's text has as many lines as ours: else none can be told. */
function versionsFor(authors: Authors, lines: number): readonly (number | null)[] {
  return authors.lines.length === lines ? authors.lines : [];
}

/** Who wrote a line, in words. */
export function authorsOfLine(text: Y.Text, authors: Authors, line: number, now: number): string {
  const lines = lineClients(text);
  return sentence(factsOf(lines[line - 1] ?? [], authors, versionsFor(authors, lines.length)[line - 1]), authors, now);
}

function markersOf(
  view: EditorView,
  text: Y.Text,
  authors: Authors,
  versions: readonly (number | null)[],
): RangeSet<GutterMarker> {
  const now = Date.now();
  const lines = lineClients(text);
  const { doc } = view.state;
  const markers: Range<GutterMarker>[] = [];
  let last = "";
  for (let number = 1; number <= Math.min(doc.lines, lines.length); number++) {
    const facts = factsOf(lines[number - 1] ?? [], authors, versions[number - 1]);
    const label = sentence(facts, authors, now);
    // A name is read once for the lines that follow each other.
    if (facts.names.length > 0)
      markers.push(
        new AuthorMarker(label === last ? "" : shortly(facts), label, facts.colour).range(doc.line(number).from),
      );
    last = label;
  }
  return RangeSet.of(markers);
}

function shortly({ names, version }: LineFacts): string {
  const first = (names[0] ?? UNKNOWN).split(" ")[0] ?? UNKNOWN;
  return `${first}${names.length > 1 ? " +" : ""}${typeof version === "number" ? ` v${version}` : ""}`;
}

/** The versions of the lines after an edit: a line that was touched is in none yet, the others keep theirs. */
export function carriedVersions(
  versions: readonly (number | null)[],
  changes: ChangeSet,
  before: Text,
  after: Text,
): readonly (number | null)[] {
  const newVersions: (number | null)[] = [];
  let place = 0;
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    const first = before.lineAt(fromA).number - 1;
    const last = before.lineAt(toA).number;
    newVersions.push(...versions.slice(place, first));
    const isWholeLines =
      fromA === toA && after.sliceString(toB - 1, toB) === "\n" && before.lineAt(fromA).from === fromA;
    const changedLines = after.lineAt(toB).number - after.lineAt(fromB).number + 1 - Math.max(0, place - first);
    for (let line = 0; line < changedLines; line++)
      newVersions.push(isWholeLines && line === changedLines - 1 ? (versions[first] ?? null) : null);
    place = Math.max(place, last);
  });
  return [...newVersions, ...versions.slice(place)];
}

/** Milliseconds of calm after which it is read again who wrote what. */
const CALM = 500;

class AuthorLines {
  markers: RangeSet<GutterMarker>;
  private versions: readonly (number | null)[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly authors: Authors,
    private readonly onClose: () => void,
  ) {
    this.versions = versionsFor(authors, view.state.doc.lines);
    this.markers = markersOf(view, text, authors, this.versions);
  }

  update({ docChanged, changes, startState, state }: ViewUpdate): void {
    if (!docChanged) return;
    if (this.versions.length > 0) this.versions = carriedVersions(this.versions, changes, startState.doc, state.doc);
    this.markers = this.markers.map(changes);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.markers = markersOf(this.view, this.text, this.authors, this.versions);
      this.view.dispatch({});
    }, CALM);
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.onClose();
  }
}

export function authorGutter(text: Y.Text, authors: Authors, onClose: () => void): Extension {
  const plugin = ViewPlugin.define((view) => new AuthorLines(view, text, authors, onClose));
  return [
    plugin,
    gutter({
      class: "cm-authors",
      markers: (view) => view.plugin(plugin)?.markers ?? RangeSet.empty,
      initialSpacer: () => new AuthorMarker("Someone v10", "", 0),
    }),
  ];
}
