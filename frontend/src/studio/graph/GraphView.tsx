// The pipeline as a graph that can be edited. Every edit is the language's, made to the text; the text is what is drawn.
import { isComposing } from "../../look/keys/composing";
import type { Diagnostic, Outline, OutlineNode, OutlineWire } from "../../api/schema";
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useEffectEvent, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { useStore } from "zustand";
import { isMac } from "../parts/keys";
import { copyInto } from "../edits/new-block";
import { removeStage } from "../edits/remove-stage";
import type { EditStep, Workspace } from "../session/workspace";
import { useStudio } from "../context/studio";
import { AddPanel } from "./AddPanel";
import type { GraphEdit, PaletteItem, Port } from "../edits/graph-requests";
import { Canvas, type DropTarget } from "./canvas/Canvas";
import { CanvasTools } from "./canvas/Tools";
import { CanvasActionsContext, keyOf, type CanvasActions } from "./canvas/connecting";
import "./canvas/canvas.css";
import "./panels.css";
import "./narrow.css";
import { GraphLanguage } from "../edits/graph-language";
import { describeStages } from "../../pipeline";
import { StagePanel } from "./panel/StagePanel";
import { wireId } from "./canvas/flow-elements";
import { undoByKeys } from "../parts/undo-keys";
import { useDrawing } from "./canvas/use-drawing";
import { behindStage, fedBy, intoWire, type Spot } from "./spot";
import { usePorts } from "./use-ports";
import { useStripHeight } from "./use-strip-height";
import { useWiring } from "./use-wiring";
import { directionOf, neighbour, wireAfter } from "./canvas/neighbours";
import type { WatchedWires } from "./watched-wires";

export interface GraphViewProps {
  readonly workspace: Workspace;
  readonly outline: Outline;
  readonly diagnostics: readonly Diagnostic[];
  readonly runefile: string;
  readonly selectedStage: string | null;
  /** Above the text as a low strip, or alone with its panels. */
  readonly isStrip: boolean;
  readonly readOnly: boolean;
  /** Tensors that are shown in the preview; null where that is not offered. */
  readonly watching: WatchedWires | null;
  readonly onPick: (node: OutlineNode | null) => void;
  /** Leads to the stage's line in the text. */
  readonly onText: (node: OutlineNode) => void;
  /** Asks for the graph alone, with the stage's panel. */
  readonly onAlone: (node: OutlineNode) => void;
  /** Asks for a new block in Python, behind an output. */
  readonly onNewBlock: (at: Pick<OutlineWire, "source" | "source_index"> | null) => void;
}

/** The data type of a palette item that is dragged. */
const DRAG_TYPE = "application/x-hammer-forge-stage";

/** The height of the strip that an open palette needs, so that it lies neither over the stages nor over the text. */
const PALETTE_HEIGHT = 300;

export default function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <EditableGraph {...props} />
    </ReactFlowProvider>
  );
}

function EditableGraph({
  workspace,
  outline,
  diagnostics,
  runefile,
  selectedStage,
  isStrip,
  readOnly,
  watching,
  onPick,
  onText,
  onAlone,
  onNewBlock,
}: GraphViewProps) {
  const { places } = useStudio();
  const area = useRef<HTMLDivElement>(null);
  const language = useMemo(() => new GraphLanguage(workspace), [workspace]);
  const where = useStore(workspace.language.state);
  // While the page's own Python is on its way, the server is asked no more than someone needs who edits.
  const { form, ports } = usePorts(language, outline, where === "browser" || !isStrip);
  /** Whether the graph is read-only: for a viewer, or because its text has the old form. */
  const isOld = form === "text";
  const still = readOnly || isOld;
  const [chosenWireId, setChosenWireId] = useState<string | null>(null);
  const { layout, nodes, edges, frame, size, setSize } = useDrawing({
    outline,
    ports,
    diagnostics,
    runefile,
    selectedStage,
    chosenWireId,
    isStrip,
    watching,
  });
  const descriptions = useMemo(() => describeStages(outline), [outline]);
  const [spot, setSpot] = useState<Spot | null>(null);
  const [panel, setPanel] = useState(true);
  /** Whether the graph has the width of the files and the preview too. */
  const [isWide, setWide] = useState(false);
  /** A stage that is to be picked as soon as it is drawn, unless another is picked before. */
  const awaitedStage = useRef<{ readonly name: string; readonly isRenamed: boolean } | null>(null);

  const nodeOf = (name: string | null): OutlineNode | null => outline.nodes.find((each) => each.name === name) ?? null;
  const chosenWire = outline.wires.find((wire) => wireId(wire) === chosenWireId) ?? null;
  const current = nodeOf(selectedStage);

  const focusStage = (name: string): void => {
    // A stage out of sight is drawn once it is in sight again.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        area.current?.querySelector<HTMLElement>(`[data-stage="${CSS.escape(name)}"]`)?.focus({ preventScroll: true }),
      ),
    );
  };
  /** An open palette goes along: what is added next reads from what is selected. */
  const follow = (node: OutlineNode): void =>
    setSpot((before) => (before === null || node.kind === "output" ? before : behindStage(node)));
  const pick = (name: string | null, focus = false): void => {
    const node = nodeOf(name);
    awaitedStage.current = null;
    setChosenWireId(null);
    onPick(node);
    if (node !== null) follow(node);
    if (focus && name !== null) focusStage(name);
  };
  const choose = (wire: OutlineWire): void => {
    setChosenWireId(wireId(wire));
    setSpot((before) => (before === null ? null : intoWire(wire)));
  };

  const arrive = useEffectEvent((node: OutlineNode, isRenamed: boolean) => {
    onPick(node);
    follow(node);
    // The element with the focus may have gone, with the palette or with the panel of the stage's old name; or it
    // stands on another stage.
    requestAnimationFrame(() => {
      const { activeElement: focus } = document;
      if (focus !== null && focus !== document.body && !focus.matches(".react-flow [data-stage]")) return;
      const field = isRenamed ? area.current?.querySelector<HTMLElement>(".stage-panel [data-first]") : null;
      if (field instanceof HTMLElement) field.focus();
      else focusStage(node.name);
    });
  });
  useEffect(() => {
    const { current: stage } = awaitedStage;
    const node = outline.nodes.find((each) => each.name === stage?.name);
    if (node === undefined || stage === null) return;
    awaitedStage.current = null;
    arrive(node, stage.isRenamed);
  }, [outline]);

  const edit = async (change: GraphEdit, part: EditStep = "alone"): Promise<string | null> => {
    if (still) return null;
    const name = await language.edit(change, part);
    if (name !== null && name !== "") awaitedStage.current = { name, isRenamed: false };
    return name;
  };

  const selectedSpot = (): Spot => (chosenWire === null ? behindStage(current) : intoWire(chosenWire));
  const add = async (item: PaletteItem, at: Spot): Promise<void> => {
    const reason = at.after === null || item.kind === "capability" ? null : await misfitReason(at.after, item);
    if (at.into !== null && reason !== null) {
      workspace.toasts.say(reason);
      return;
    }
    const inputs = at.after === null || item.kind === "capability" || reason !== null ? [] : [at.after];
    setChosenWireId(null);
    await edit({ edit: "add-stage", kind: item.kind, target: item.target, inputs, feeds: fedBy(item, at) });
    setSpot((before) => (before === null || isStrip ? null : before));
  };
  const misfitReason = async (after: Port, item: PaletteItem): Promise<string | null> =>
    (await language.suits(after)).find((each) => each.kind === item.kind && each.target === item.target)?.reason ??
    null;

  const wiring = useWiring({
    language,
    outline,
    readOnly: still,
    say: (sentence) => workspace.toasts.say(sentence),
    edit,
    onNothing: (from) => setSpot({ after: from, into: null }),
  });
  const { connecting } = wiring;
  const remove = (): void => {
    if (still) return;
    if (chosenWire !== null) {
      setChosenWireId(null);
      void edit({ edit: "disconnect", target: chosenWire.target, target_index: chosenWire.target_index });
    } else if (current !== null) {
      const next =
        neighbour(layout, current.name, "left") ??
        neighbour(layout, current.name, "right") ??
        neighbour(layout, current.name, "down");
      void removeStage(workspace, language, current.name).then((isRemoved) => {
        if (!isRemoved) return;
        onPick(nodeOf(next));
        if (next !== null) focusStage(next);
      });
    }
  };
  const closePalette = (): void => {
    setSpot(null);
    // The focus goes to what the palette was about, or to what opened it.
    if (current !== null) focusStage(current.name);
    else area.current?.querySelector<HTMLElement>("[data-add]")?.focus();
  };
  const openPanel = (name: string): void => {
    const node = nodeOf(name);
    if (node === null) return;
    setPanel(true);
    setSpot(null);
    if (isStrip) onAlone(node);
    else pick(name);
    requestAnimationFrame(() => area.current?.querySelector<HTMLElement>(".stage-panel [data-first]")?.focus());
  };

  const onKey = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    const mod = isMac(navigator.platform) ? event.metaKey : event.ctrlKey;
    const name = target?.dataset["stage"] ?? null;
    const direction = mod || event.altKey ? null : directionOf(event.key);
    if (direction !== null) {
      const next = neighbour(layout, name ?? selectedStage ?? "", direction);
      if (next !== null) pick(next, true);
    } else if (mod || event.altKey) return;
    else if ((event.key === "Enter" || event.key === " ") && name !== null) {
      if (connecting !== null) void wiring.finish({ stage: name });
      else if (event.key === "Enter") openPanel(name);
      else pick(name);
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else if (event.key === "+" || event.key === "/") setSpot(still ? null : selectedSpot());
    else if (event.key === "c" && name !== null && nodeOf(name)?.kind !== "output")
      wiring.begin({ stage: name, index: 0, side: "output" });
    else if (event.key === "w" && name !== null) {
      const wire = wireAfter(outline.wires, name, chosenWire);
      if (wire !== null) choose(wire);
    } else if (event.key === "Escape" && (connecting !== null || spot !== null || chosenWireId !== null)) {
      wiring.stop();
      setSpot(null);
      setChosenWireId(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const pressLabel = (wire: OutlineWire): void => {
    if (watching === null) choose(wire);
    else watching.toggle({ stage: wire.source, index: wire.source_index });
  };
  const acts = useRef({ tap: wiring.tap, pressLabel });
  useEffect(() => {
    acts.current = { tap: wiring.tap, pressLabel };
  });
  // The same object while it says the same: each stage and each wire would be drawn again for another one.
  const gestures = useMemo<CanvasActions>(
    () => ({
      connecting,
      tapPort: (end) => acts.current.tap(end),
      pressLabel: (wire) => acts.current.pressLabel(wire),
      goToProblem: places.goToProblem,
      readOnly: still,
    }),
    [connecting, still, places],
  );
  const dragOver = (event: DragEvent, over: DropTarget): boolean => {
    if (still || !event.dataTransfer.types.includes(DRAG_TYPE)) return false;
    setChosenWireId(over.wire);
    return true;
  };
  const dropItem = (event: DragEvent, over: DropTarget): void => {
    const payload = event.dataTransfer.getData(DRAG_TYPE);
    if (payload === "" || still) return;
    event.preventDefault();
    const into = outline.wires.find((wire) => wireId(wire) === over.wire) ?? null;
    const on = nodeOf(over.stage);
    setChosenWireId(null);
    void add(
      JSON.parse(payload) as PaletteItem,
      into !== null ? intoWire(into) : on !== null && on.kind !== "output" ? behindStage(on) : selectedSpot(),
    );
  };
  const fullHeight = layout.height + frame.top + frame.bottom;
  const { height, splitter } = useStripHeight(area, isStrip, {
    full: fullHeight,
    minimum: spot === null ? 0 : PALETTE_HEIGHT,
  });

  return (
    <CanvasActionsContext value={gestures}>
      <div
        ref={area}
        className={`graph-area ${isStrip ? "strip" : "alone"} ${isWide && !isStrip ? "wide" : ""} ${connecting === null ? "" : "is-connecting"}`}
        style={isStrip ? { height } : undefined}
        onKeyDown={(event) => undoByKeys(event, workspace.files, runefile)}
      >
        <div className="graph-parts">
          {spot !== null && (
            <AddPanel
              language={language}
              spot={spot.after}
              into={spot.into}
              outline={outline}
              dragType={DRAG_TYPE}
              onAdd={(item) => void add(item, spot)}
              onNewBlock={() => {
                setSpot(null);
                onNewBlock(spot.into ?? (spot.after && { source: spot.after.stage, source_index: spot.after.index }));
              }}
              onClose={closePalette}
            />
          )}
          <Canvas
            layout={layout}
            nodes={nodes}
            edges={edges}
            selectedStage={selectedStage}
            size={size}
            onSize={setSize}
            isStrip={isStrip}
            readOnly={still}
            descriptions={descriptions}
            fits={(from, to) => connecting?.verdicts.get(keyOf(connecting.from.side === "output" ? to : from)) === null}
            onStage={(name) => (connecting === null ? pick(name) : void wiring.finish({ stage: name }))}
            onOpen={openPanel}
            onWire={choose}
            onGround={() => {
              wiring.stop();
              setChosenWireId(null);
            }}
            onBegin={wiring.begin}
            onEnd={(to) => void wiring.finish(to)}
            onDetach={(wire, fixedEnd) => wiring.detach(wire, fixedEnd.side)}
            onKey={onKey}
            onHang={dragOver}
            onLeave={() => setChosenWireId(null)}
            onDrop={dropItem}
          >
            <CanvasTools
              connecting={connecting}
              layout={layout}
              isStrip={isStrip}
              readOnly={still}
              isAdding={spot !== null}
              isWide={isWide}
              wire={chosenWire}
              watching={watching}
              panel={current === null || isStrip ? null : panel ? "covered" : "closed"}
              onAdd={() => (spot === null || chosenWire !== null ? setSpot(selectedSpot()) : setSpot(null))}
              onRemove={remove}
              onStop={wiring.stop}
              onWide={() => setWide(!isWide)}
              onPanel={() => {
                setPanel(true);
                setSpot(null);
              }}
              onModernise={isOld && !readOnly ? () => void language.modernise() : null}
            />
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
              readOnly={still}
              watching={watching}
              onEdit={edit}
              onPick={(name) => pick(name)}
              onRenamed={(name) => {
                awaitedStage.current = { name, isRenamed: true };
              }}
              onConnect={(from) => {
                wiring.begin(from);
                focusStage(from.stage);
              }}
              onRemove={remove}
              onText={() => onText(current)}
              onCopy={() => workspace.attempt(copyInto(workspace, places, current.name))}
              onClose={() => {
                setPanel(false);
                focusStage(current.name);
              }}
            />
          )}
        </div>
        {splitter}
      </div>
    </CanvasActionsContext>
  );
}
