// A board beside the preview: a virtual Raspberry Pi Pico in a page worker, or a real one at a serial port, on each input
// that the rune in the page is given. Nothing of it is loaded before somebody wants it.
import { Cpu, Pause, Power, Usb } from "lucide-react";
import { useState } from "react";
import type { Snapshot } from "../preview";
import { Device, DeviceError } from "./serial/device";
import type { Firmware } from "./firmware/file";
import { PairView } from "./PairView";
import { SerialLine, serialOf, type WebSerialPort } from "./serial/port";
import { useFirmware, type BoardSource } from "./firmware/use";
import { VirtualLine } from "./virtual/line";
import "./device.css";
import { InlineCode } from "../look/code/InlineCode";

interface Props {
  /** The rune for the board; another one takes its place when its firmware is there. */
  readonly source: BoardSource;
  /** Its origin, for a person: `this build`. */
  readonly what: string;
  readonly running: Snapshot;
  /** The page that says which boards it fits, where this is not on it. */
  readonly devices?: string;
}

type BoardRequest =
  | { readonly kind: "virtual" }
  /** A board at a port keeps the firmware that was copied onto it. */
  | { readonly kind: "real"; readonly port: WebSerialPort; readonly source: BoardSource };

const WORKER = `${import.meta.env.BASE_URL}pico.js`;

export default function Boards({ source, what, running, devices }: Props) {
  const [request, setRequest] = useState<BoardRequest | null>(null);
  const [turn, setTurn] = useState(0);
  const [noPort, setNoPort] = useState<string | null>(null);
  const target = request === null ? null : request.kind === "real" ? request.source : source;
  const { firmware, problem: noFirmware, isFetching } = useFirmware(target, turn);
  const problem = noPort ?? noFirmware;
  const isOld = firmware !== null && firmware.key !== source.key;

  const start = (next: BoardRequest) => {
    setNoPort(null);
    setRequest(next);
    setTurn(turn + 1);
  };
  const stop = () => {
    setNoPort(null);
    setRequest(null);
  };
  const serial = serialOf(navigator);
  const chooseReal = () => {
    serial?.requestPort().then(
      (port) => start({ kind: "real", port, source }),
      (error: unknown) => {
        // A person who closes the browser's dialogue has chosen nothing, and that is no problem.
        if (!(error instanceof DOMException && error.name === "NotFoundError"))
          setNoPort(error instanceof Error ? error.message : String(error));
      },
    );
  };
  const isReal = request?.kind === "real";

  return (
    <section className="card flush boards" aria-label="Board">
      <div className="boards-head row wrap">
        <Cpu aria-hidden="true" />
        <h2>{isReal ? "Raspberry Pi Pico" : "Virtual Raspberry Pi Pico"}</h2>
        <span className="grow" />
        {serial !== null && !isReal && (
          <button type="button" className="button" onClick={chooseReal}>
            <Usb aria-hidden="true" />
            Use a real board
          </button>
        )}
        {request === null ? (
          <button type="button" className="button" onClick={() => start({ kind: "virtual" })}>
            <Power aria-hidden="true" />
            Run on a virtual Pico
          </button>
        ) : (
          <button type="button" className="button" onClick={stop}>
            <Pause aria-hidden="true" />
            Stop
          </button>
        )}
      </div>
      {request === null && problem === null && (
        <p className="boards-status muted">
          Runs the firmware of {what}, instruction by instruction, on an emulated chip in this page, on the same input
          as the rune above.{" "}
          {serial === null && "A real board needs a browser with Web Serial, such as Chrome or Edge on a computer."}
          {devices !== undefined && <a href={devices}>See which other boards it fits</a>}
        </p>
      )}
      {isFetching && (
        <p className="boards-status muted" role="status">
          {firmware === null
            ? "Fetching the firmware. The first time, the server compiles it, which takes some seconds…"
            : "The text changed. The board runs the earlier firmware until the new one is compiled…"}
        </p>
      )}
      {request?.kind === "real" && isOld && !isFetching && (
        <p className="boards-status muted" role="status">
          The text changed. The board still runs the earlier firmware. To run the new one, stop, use the board again and
          copy the new firmware onto it.
        </p>
      )}
      {problem !== null && (
        <div className="boards-status notice bad row wrap" role="alert">
          <p className="grow">
            <InlineCode>{problem}</InlineCode>
            {request !== null && firmware !== null && " The board goes on with the text before."}
          </p>
          {request !== null && (
            <button type="button" className="button" onClick={() => start(request)}>
              Try again
            </button>
          )}
        </div>
      )}
      {request !== null && firmware !== null && (request.kind === "virtual" || firmware.key === request.source.key) && (
        <BoardView
          key={`${turn} ${firmware.key}`}
          rune={firmware.rune}
          running={running}
          firmware={firmware.firmware}
          request={request}
          onAgain={() => start(request)}
        />
      )}
    </section>
  );
}

interface BoardViewProps {
  readonly rune: ArrayBuffer;
  readonly running: Snapshot;
  readonly firmware: Firmware;
  readonly request: BoardRequest;
  readonly onAgain: () => void;
}

function BoardView({ rune, running, firmware, request, onAgain }: BoardViewProps) {
  const [open] = useState(() => () => openBoard(request, firmware));
  return (
    <PairView
      rune={rune}
      running={running}
      description={firmware.description}
      uf2={firmware.uf2}
      isReal={request.kind === "real"}
      open={open}
      onAgain={onAgain}
    />
  );
}

async function openBoard(request: BoardRequest, firmware: Firmware): Promise<Device> {
  if (request.kind === "virtual") return Device.open(new VirtualLine(firmware, () => new Worker(WORKER)));
  const device = await Device.open(new SerialLine(request.port));
  const { digest, rune } = device.hello;
  if (digest === firmware.description.digest) return device;
  await device.close();
  throw new DeviceError(
    rune === firmware.description.rune
      ? `The board runs another build of ${rune}. Copy this firmware onto it, then start again.`
      : `The board runs ${rune}, and not ${firmware.description.rune}. Copy this firmware onto it, then start again.`,
  );
}
