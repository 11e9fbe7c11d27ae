// The pipeline as a graph that can be edited. Every edit is the language's, made to the text; the text is what is drawn.
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore, type DragEvent, type KeyboardEvent } from "react";
import type { Diagnostic, Outline, OutlineNode, OutlineWire, TextEdit } from "../api/types";
import { isMac } from "../commands/command";
import type { EditStep, Workspace } from "../session/workspace";
import { AddPanel } from "./AddPanel";
import type { GraphEdit, PaletteItem, Port, Watching } from "./answers";
import { Canvas } from "./Canvas";
import { CanvasTools } from "./CanvasTools";
import { endAt, HandsContext, keyOf, verdictsFor, type Connecting, type Hands, type PortEnd } from "./connecting";
import { useGlide } from "./glide";
import "./graph.css";
import { GraphLanguage } from "./graph-language";
import { placeOnce } from "./layout";
import { StagePanel } from "./panel/StagePanel";
import { edgesOf, marked, markedEdges, nodesOf, troubles, wireId } from "./picture";
import { usePorts } from "./use-ports";
import { directionOf, step } from "./walk";

export interface GraphViewProps {
  readonly workspace: Workspace;
  readonly outline: Outline;
  readonly diagnostics: readonly Diagnostic[];
  readonly runefile: string;
  readonly selected: string | null;
  /** Above the text as a low strip, or alone with its panels. */
  readonly isStrip: boolean;
  readonly readOnly: boolean;
  /** Tensors that are shown in the preview; null where that is not offered. */
  readonly watching: Watching | null;
  /** Mends of the problems that are shown; null while the text is newer than they are. */
  readonly onMend: ((edits: readonly TextEdit[]) => void) | null;
  readonly onPick: (node: OutlineNode | null) => void;
  /** Leads to the stage's line in the text. */
  readonly onText: (node: OutlineNode) => void;
  /** Asks for the graph alone, with the stage's panel. */
  readonly onAlone: (node: OutlineNode) => void;
}

/** What a dragged palette item is called while it is on its way. */
const CARGO = "application/x-hammer-forge-stage";

/** Where a new stage goes: behind an output, or into a wire. */
interface Spot {
  readonly after: Port | null;
  readonly into: OutlineWire | null;
}

const NOWHERE: Spot = { after: null, into: null };
const STRIP_LEAST = 132;
const STRIP_MOST = 300;

export default function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <EditableGraph {...props} />
    </ReactFlowProvider>
  );
}

function EditableGraph({ workspace, outline, diagnostics, runefile, selected, isStrip, readOnly, watching, onMend, onPick, onText, onAlone }: GraphViewProps) {
  const area = useRef<HTMLDivElement>(null);
  const language = useMemo(() => new GraphLanguage(workspace), [workspace]);
  const where = useSyncExternalStore(workspace.language.subscribe, workspace.language.where);
  // While the page's own Python is on its way, the server is asked no more than someone needs who edits.
  const ports = usePorts(language, outline, where === "browser" || !isStrip);
  const [place] = useState(placeOnce);
  const placed = useMemo(() => place(outline, new Map([...ports].map(([name, each]) => [name, { inputs: Math.max(each.inputs.length, each.kind === "capability" ? 0 : 1), outputs: each.outputs.length }]))), [place, outline, ports]);
  const shown = useGlide(placed);
  const wrong = useMemo(() => troubles(outline, diagnostics, runefile), [outline, diagnostics, runefile]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [connecting, setConnecting] = useState<Connecting | null>(null);
  const [spot, setSpot] = useState<Spot | null>(null);
  const [panel, setPanel] = useState(true);
  /** A stage that is to be picked as soon as it is drawn. */
  const awaited = useRef<string | null>(null);
  const taken = useRef<{ readonly wire: OutlineWire; readonly fixed: PortEnd["side"] } | null>(null);
  const verdicts = useRef<Promise<ReadonlyMap<string, string | null>>>(Promise.resolve(new Map()));

  const nodeOf = (name: string | null): OutlineNode | null => outline.nodes.find((each) => each.name === name) ?? null;
  const chosenWire = outline.wires.find((wire) => wireId(wire) === chosen) ?? null;
  const current = nodeOf(selected);

  const focusStage = (name: string): void => {
    // A stage out of sight is drawn once it is in sight again.
    requestAnimationFrame(() => requestAnimationFrame(() => area.current?.querySelector<HTMLElement>(`[data-stage="${CSS.escape(name)}"]`)?.focus({ preventScroll: true })));
  };
  const pick = (name: string | null, focus = false): void => {
    setChosen(null);
    onPick(nodeOf(name));
    if (focus && name !== null) focusStage(name);
  };

  const arrive = useEffectEvent((node: OutlineNode) => onPick(node));
  useEffect(() => {
    const node = outline.nodes.find((each) => each.name === awaited.current);
    if (node === undefined) return;
    awaited.current = null;
    arrive(node);
  }, [outline]);

  const edit = async (change: GraphEdit, part: EditStep = "alone"): Promise<string | null> => {
    if (readOnly) return null;
    const name = await language.edit(change, part);
    if (name !== null && name !== "") awaited.current = name;
    return name;
  };

  const spotOf = (port: Port | null = null): Spot => {
    if (port !== null) return { after: port, into: null };
    if (chosenWire !== null) return { after: { stage: chosenWire.source, index: chosenWire.source_index }, into: chosenWire };
    return current === null || current.kind === "output" ? NOWHERE : { after: { stage: current.name, index: 0 }, into: null };
  };
  const add = async (item: PaletteItem, at: Spot): Promise<void> => {
    const reads = at.after !== null && item.kind !== "capability" && (at.into !== null || (await suits(at.after, item)));
    const inputs = reads && at.after !== null ? [at.after] : [];
    const feeds = at.into !== null && item.kind !== "output" && item.kind !== "capability" ? { stage: at.into.target, index: at.into.target_index } : null;
    await edit({ edit: "add-stage", kind: item.kind, target: item.target, inputs, feeds });
    setSpot((before) => (before === null || isStrip ? null : before));
  };
  const suits = async (after: Port, item: PaletteItem): Promise<boolean> => (await language.suits(after)).some((each) => each.kind === item.kind && each.target === item.target && each.reason === null);

  const begin = (from: PortEnd): void => {
    if (readOnly) return;
    setConnecting({ from, verdicts: new Map() });
    verdicts.current = verdictsFor(language, from).catch(() => new Map<string, string | null>());
    void verdicts.current.then((found) => setConnecting((before) => (before !== null && before.from === from ? { from, verdicts: found } : before)));
  };
  const stop = (): void => {
    taken.current = null;
    setConnecting(null);
  };
  const isTaken = (stage: string) => (index: number): boolean => outline.wires.some((wire) => wire.target === stage && wire.target_index === index);

  /** The wire on its way ends. Answers nothing: what does not fit is said. */
  const finish = async (to: PortEnd | { readonly stage: string } | null): Promise<void> => {
    const from = connecting?.from ?? null;
    const held = taken.current;
    stop();
    if (from === null || readOnly) return;
    if (to === null || to.stage === from.stage) {
      const lost = held?.wire ?? (from.side === "input" ? outline.wires.find((wire) => wire.target === from.stage && wire.target_index === from.index) : undefined);
      if (to === null && lost !== undefined) await edit({ edit: "disconnect", target: lost.target, target_index: lost.target_index });
      else if (to === null && held === null && from.side === "output") setSpot(spotOf(from));
      return;
    }
    const known = await verdicts.current;
    const end = "side" in to ? { index: to.index } : endAt(known, to.stage, isTaken(to.stage));
    if (end === null || ("side" in to && to.side === from.side)) return;
    const reason = "reason" in end ? end.reason : (known.get(keyOf({ stage: to.stage, index: end.index })) ?? null);
    if (reason !== null) {
      workspace.toasts.say(reason);
      return;
    }
    const other = { stage: to.stage, index: "index" in end ? end.index : 0 };
    const [source, target] = from.side === "output" ? [{ stage: from.stage, index: from.index }, other] : [other, { stage: from.stage, index: from.index }];
    if (held !== null && target.stage === held.wire.target && target.index === held.wire.target_index && source.stage === held.wire.source && source.index === held.wire.source_index) return;
    const joined = { edit: "connect", source, target: target.stage, target_index: target.index } as const;
    const isMoved = held !== null && held.fixed === "output";
    await edit(isMoved ? { edit: "several", edits: [joined, { edit: "disconnect", target: held.wire.target, target_index: held.wire.target_index }] } : joined);
  };

  const tapPort = (end: PortEnd): void => {
    if (connecting === null) begin(end);
    else if (connecting.from.side === end.side) begin(end);
    else void finish(end);
  };
  const remove = (): void => {
    if (readOnly) return;
    if (chosenWire !== null) {
      setChosen(null);
      void edit({ edit: "disconnect", target: chosenWire.target, target_index: chosenWire.target_index });
    } else if (current !== null) {
      const next = step(placed, current.name, "left") ?? step(placed, current.name, "right") ?? step(placed, current.name, "down");
      void edit({ edit: "remove-stage", name: current.name }).then((done) => {
        if (done === null) return;
        onPick(nodeOf(next));
        if (next !== null) focusStage(next);
      });
    }
  };
  const openPanel = (name: string): void => {
    const node = nodeOf(name);
    if (node === null) return;
    setPanel(true);
    if (isStrip) onAlone(node);
    else pick(name);
    requestAnimationFrame(() => area.current?.querySelector<HTMLElement>(".stage-panel [data-first]")?.focus());
  };

  const onKey = (event: KeyboardEvent): void => {
    const target = event.target instanceof HTMLElement ? event.target : null;
    const mod = isMac(navigator.platform) ? event.metaKey : event.ctrlKey;
    const name = target?.dataset["stage"] ?? null;
    const direction = mod || event.altKey ? null : directionOf(event.key);
    if (direction !== null) {
      const next = step(placed, name ?? selected ?? "", direction);
      if (next !== null) pick(next, true);
    } else if (mod || event.altKey) return;
    else if ((event.key === "Enter" || event.key === " ") && name !== null) {
      if (connecting !== null) void finish({ stage: name });
      else if (event.key === "Enter") openPanel(name);
      else pick(name);
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else if (event.key === "+" || event.key === "/") setSpot(readOnly ? null : spotOf());
    else if (event.key === "c" && name !== null && nodeOf(name)?.kind !== "output") begin({ stage: name, index: 0, side: "output" });
    else if (event.key === "Escape" && (connecting !== null || spot !== null || chosen !== null)) {
      stop();
      setSpot(null);
      setChosen(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** The page's one undo, anywhere but where a text is typed, which has its own. */
  const onUndoKeys = (event: KeyboardEvent): void => {
    const key = event.key.toLowerCase();
    const isTyping = event.target instanceof HTMLTextAreaElement || (event.target instanceof HTMLInputElement && event.target.type !== "range" && event.target.type !== "checkbox");
    if (!(isMac(navigator.platform) ? event.metaKey : event.ctrlKey) || event.altKey || isTyping || (key !== "z" && key !== "y")) return;
    if (key === "y" || event.shiftKey) workspace.files.undo.redo();
    else workspace.files.undo.undo();
    event.preventDefault();
    event.stopPropagation();
  };

  const pressLabel = (wire: OutlineWire): void => {
    if (watching === null) setChosen(wireId(wire));
    else watching.toggle({ stage: wire.source, index: wire.source_index });
  };
  const hands: Hands = { connecting, tapPort, pressLabel, readOnly };
  const stages = useMemo(() => nodesOf(shown, ports), [shown, ports]);
  const nodes = useMemo(() => marked(stages, selected, wrong), [stages, selected, wrong]);
  const wires = useMemo(() => edgesOf(shown), [shown]);
  const edges = useMemo(() => markedEdges(wires, selected, chosen, (wire) => (watching === null ? null : watching.isWatched({ stage: wire.source, index: wire.source_index }))), [wires, selected, chosen, watching]);
  const hangs = (event: DragEvent, id: string | null): boolean => {
    if (readOnly || !event.dataTransfer.types.includes(CARGO)) return false;
    setChosen(id);
    return true;
  };
  const dropped = (event: DragEvent, id: string | null): void => {
    const cargo = event.dataTransfer.getData(CARGO);
    if (cargo === "" || readOnly) return;
    event.preventDefault();
    const into = outline.wires.find((wire) => wireId(wire) === id) ?? null;
    setChosen(null);
    void add(JSON.parse(cargo) as PaletteItem, into === null ? spotOf() : { after: { stage: into.source, index: into.source_index }, into });
  };
  const high = Math.round(Math.min(STRIP_MOST, Math.max(STRIP_LEAST, placed.height + 64)));

  return (
    <HandsContext value={hands}>
      <div ref={area} className={`graph-area ${isStrip ? "strip" : "alone"} ${connecting === null ? "" : "is-connecting"}`} style={isStrip ? { height: `min(${high}px, var(--strip-most))` } : undefined} onKeyDown={onUndoKeys}>
        {spot !== null && <AddPanel language={language} spot={spot.after} into={spot.into} outline={outline} cargo={CARGO} onAdd={(item) => void add(item, spot)} onClose={() => setSpot(null)} />}
        <Canvas
          placed={placed}
          nodes={nodes}
          edges={edges}
          selected={selected}
          isStrip={isStrip}
          readOnly={readOnly}
          fits={(from, to) => connecting?.verdicts.get(keyOf(connecting.from.side === "output" ? to : from)) === null}
          onStage={(name) => (connecting === null ? pick(name) : void finish({ stage: name }))}
          onOpen={openPanel}
          onWire={(wire) => setChosen(wireId(wire))}
          onGround={() => {
            stop();
            setChosen(null);
          }}
          onBegin={begin}
          onEnd={(to) => void finish(to)}
          onTake={(wire, fixed) => {
            taken.current = { wire, fixed: fixed.side };
          }}
          onKey={onKey}
          onHang={hangs}
          onDrop={dropped}
        >
          <CanvasTools connecting={connecting} placed={placed} isStrip={isStrip} readOnly={readOnly} isAdding={spot !== null} wire={chosenWire} hasPanel={current !== null && !panel} onAdd={() => setSpot(spot === null ? spotOf() : null)} onRemove={remove} onStop={stop} onPanel={() => setPanel(true)} />
        </Canvas>
        {!isStrip && current !== null && panel && (
          <StagePanel
            key={current.name}
            node={current}
            language={language}
            ports={ports.get(current.name) ?? null}
            outline={outline}
            diagnostics={diagnostics}
            runefile={runefile}
            readOnly={readOnly}
            watching={watching}
            onEdit={edit}
            onMend={onMend}
            onPick={(name) => pick(name)}
            onRenamed={(name) => {
              awaited.current = name;
            }}
            onConnect={(from) => {
              begin(from);
              focusStage(from.stage);
            }}
            onRemove={remove}
            onText={() => onText(current)}
            onClose={() => {
              setPanel(false);
              focusStage(current.name);
            }}
          />
        )}
      </div>
    </HandsContext>
  );
}
