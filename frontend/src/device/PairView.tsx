// The answers of the page and of the board to the same input, whether they are equal, and the board's memory and time.
import { Check, EqualNot, HardDriveDownload } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { BriefAnswer, FrameEngine, millisecondsText, sizeText, type Card, type Snapshot } from "../preview";
import type { Device } from "./serial/device";
import { Costs } from "./Costs";
import type { FirmwareManifest } from "./firmware/file";
import { hexadecimal, type SentOutput } from "./outputs";
import { DevicePair } from "./pair";
import { InlineCode } from "../look/code/InlineCode";

interface Props {
  readonly rune: ArrayBuffer;
  readonly running: Snapshot;
  readonly description: FirmwareManifest;
  readonly uf2: Uint8Array<ArrayBuffer>;
  readonly isReal: boolean;
  /** Read once. */
  readonly open: () => Promise<Device>;
  readonly onAgain: () => void;
}

const NO_INPUT = "It answers here as soon as there is input.";

export function PairView({ rune, running, description, uf2, isReal, open, onAgain }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const isStream = useRef(false);
  const { ran: inputs, newest } = running;
  useEffect(() => {
    isStream.current = newest?.isStream ?? false;
  }, [newest]);
  const [pair, setPair] = useState<DevicePair | null>(null);
  useEffect(() => {
    const engine = new FrameEngine(undefined);
    engine.attach(frame.current);
    const pair = new DevicePair(() => isStream.current);
    setPair(pair);
    // The page may be hidden, or the part of it that this stands in.
    const look = () => pair.rest(document.hidden || root.current?.getClientRects().length === 0);
    const looking = new ResizeObserver(look);
    if (root.current !== null) looking.observe(root.current);
    document.addEventListener("visibilitychange", look);
    void pair.start(rune, engine, open);
    return () => {
      document.removeEventListener("visibilitychange", look);
      looking.disconnect();
      pair.close();
      engine.close();
    };
  }, [rune, open]);
  useEffect(() => pair?.offer(inputs), [pair, inputs]);
  return (
    <div ref={root} className="boards-open">
      <div ref={frame} hidden />
      {pair !== null && (
        <PairStatus pair={pair} description={description} uf2={uf2} isReal={isReal} onAgain={onAgain} />
      )}
    </div>
  );
}

function notFull(inputs: number): string {
  return `It read ${inputs === 1 ? "one input" : `${inputs} inputs`}, and answers when its window is full.`;
}

interface PairStatusProps {
  readonly pair: DevicePair;
  readonly description: FirmwareManifest;
  readonly uf2: Uint8Array<ArrayBuffer>;
  readonly isReal: boolean;
  readonly onAgain: () => void;
}

function PairStatus({ pair, description, uf2, isReal, onAgain }: PairStatusProps) {
  const { phase, error, page, board, milliseconds, ran, silent, runs, same } = useStore(pair.state);
  const where = isReal ? "On the board" : "On the Pico";
  const waiting = phase === "starting" ? "Starting the board…" : silent > 0 ? notFull(silent) : NO_INPUT;
  const time = ran === null ? null : (1000 * ran.cycles) / description.clock_hz;
  return (
    <>
      {error !== null && (
        <div className="boards-status notice bad row wrap" role="alert">
          <p className="grow">
            <InlineCode>{error}</InlineCode>
          </p>
          <Uf2Link uf2={uf2} name={description.rune} />
          <button type="button" className="button" onClick={onAgain}>
            Start again
          </button>
        </div>
      )}
      <div className="boards-pair">
        <Answers
          title="In this page"
          detail="WebAssembly"
          cards={page.readings.cards}
          sentOutputs={page.sentOutputs}
          waiting={waiting}
        >
          {ran !== null && millisecondsText(milliseconds)}
        </Answers>
        <Verdict runs={runs} same={same} />
        <Answers
          title={where}
          detail={isReal ? "Over the serial line" : "Cortex-M0+ firmware"}
          cards={board.readings.cards}
          sentOutputs={board.sentOutputs}
          waiting={waiting}
        >
          {time !== null && `${millisecondsText(time)} on the chip`}
        </Answers>
      </div>
      <Costs description={description} ran={ran} isReal={isReal} />
      <div className="boards-foot row wrap">
        <p className="small muted grow">
          The firmware is {sizeText(description.code)} of code and constants. It was never tried on a real board by
          those who wrote it.
        </p>
        <Uf2Link uf2={uf2} name={description.rune} />
      </div>
    </>
  );
}

function Verdict({ runs, same }: { readonly runs: number; readonly same: number }) {
  if (runs === 0) return <div className="boards-same" />;
  const isSame = same === runs;
  return (
    <div className={isSame ? "boards-same ok" : "boards-same bad"} role="status">
      <span>{isSame ? <Check aria-hidden="true" /> : <EqualNot aria-hidden="true" />}</span>
      <b className="small">{isSame ? "Same bytes" : "Other bytes"}</b>
      <small className="num">
        {same.toLocaleString("en")} of {runs.toLocaleString("en")} {runs === 1 ? "run" : "runs"}
      </small>
    </div>
  );
}

interface AnswersProps {
  readonly title: string;
  readonly detail: string;
  readonly cards: readonly Card[];
  readonly sentOutputs: readonly SentOutput[];
  readonly waiting: string;
  readonly children: React.ReactNode;
}

function Answers({ title, detail, cards, sentOutputs, waiting, children }: AnswersProps) {
  return (
    <section className="boards-side" aria-label={title}>
      <div className="row between">
        <h3>{title}</h3>
        <span className="small muted">{detail}</span>
      </div>
      <p className="small muted num">{children}</p>
      {cards.length === 0 ? (
        <p className="muted">{waiting}</p>
      ) : (
        cards.map((card) => <BriefAnswer key={card.key} card={card} />)
      )}
      {sentOutputs.map(({ name, bytes }) => (
        <p key={name} className="boards-bytes">
          <span className="muted">{name}</span> {hexadecimal(bytes)}
        </p>
      ))}
    </section>
  );
}

function Uf2Link({ uf2, name }: { readonly uf2: Uint8Array<ArrayBuffer>; readonly name: string }) {
  const address = useMemo(() => URL.createObjectURL(new Blob([uf2])), [uf2]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return (
    <a className="button" href={address} download={`${name}.uf2`}>
      <HardDriveDownload aria-hidden="true" />
      UF2 for the Pico, {sizeText(uf2.length)}
    </a>
  );
}
