// A board beside the preview: a virtual Raspberry Pi Pico in a page worker, or a real one at a serial port, on each input
// that the rune in the page is given. Nothing of it is loaded before somebody wants it.
import { Cpu, Pause, Power, Usb } from "lucide-react";
import { useEffect, useState } from "react";
import type { Snapshot } from "../preview";
import { Device, DeviceError } from "./device";
import { fetchFirmware } from "./fetch-firmware";
import type { Firmware } from "./firmware";
import { PairView } from "./PairView";
import { SerialLine, serialOf, type Port } from "./serial-line";
import { VirtualLine } from "./virtual-line";
import "./device.css";

interface Props {
  /** The rune in the page. */
  readonly rune: ArrayBuffer;
  readonly running: Snapshot;
  /** Where the server tells of the build's firmware. */
  readonly address: string;
}

type Wanted = { readonly kind: "virtual" } | { readonly kind: "real"; readonly port: Port };

const WORKER = `${import.meta.env.BASE_URL}pico.js`;

export default function Boards({ rune, running, address }: Props) {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [turn, setTurn] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [firmware, setFirmware] = useState<Firmware | null>(null);
  const isFetching = wanted !== null && firmware === null && problem === null;
  useEffect(() => {
    if (!isFetching) return undefined;
    const leaving = new AbortController();
    fetchFirmware(address, csrfToken(), leaving.signal).then(setFirmware, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => leaving.abort();
  }, [address, isFetching]);

  const start = (next: Wanted) => {
    setProblem(null);
    setWanted(next);
    setTurn(turn + 1);
  };
  const stop = () => {
    setProblem(null);
    setWanted(null);
  };
  const serial = serialOf(navigator);
  const chooseReal = () => {
    serial?.requestPort().then(
      (port) => start({ kind: "real", port }),
      (error: unknown) => {
        // Whoever closes the browser's dialogue has chosen nothing, and that is no problem.
        if (!(error instanceof DOMException && error.name === "NotFoundError"))
          setProblem(error instanceof Error ? error.message : String(error));
      },
    );
  };
  const isReal = wanted?.kind === "real";

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
        {wanted === null ? (
          <button type="button" className="button primary" onClick={() => start({ kind: "virtual" })}>
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
      {wanted === null && problem === null && (
        <p className="boards-said muted">
          Runs this build&rsquo;s firmware, instruction by instruction, on an emulated chip in this page, on the same
          input as the rune above.{" "}
          {serial === null && "A real board needs a browser with Web Serial, such as Chrome or Edge on a computer."}
        </p>
      )}
      {isFetching && (
        <p className="boards-said muted" role="status">
          Fetching the firmware. The first time, the server compiles it, which takes some seconds…
        </p>
      )}
      {problem !== null && (
        <p className="boards-said notice bad" role="alert">
          {problem}
        </p>
      )}
      {wanted !== null && firmware !== null && (
        <Opened
          key={turn}
          rune={rune}
          running={running}
          firmware={firmware}
          wanted={wanted}
          onAgain={() => start(wanted)}
        />
      )}
    </section>
  );
}

interface OpenedProps {
  readonly rune: ArrayBuffer;
  readonly running: Snapshot;
  readonly firmware: Firmware;
  readonly wanted: Wanted;
  readonly onAgain: () => void;
}

function Opened({ rune, running, firmware, wanted, onAgain }: OpenedProps) {
  const [open] = useState(() => () => openBoard(wanted, firmware));
  return (
    <PairView
      rune={rune}
      running={running}
      description={firmware.description}
      uf2={firmware.uf2}
      isReal={wanted.kind === "real"}
      open={open}
      onAgain={onAgain}
    />
  );
}

async function openBoard(wanted: Wanted, firmware: Firmware): Promise<Device> {
  if (wanted.kind === "virtual") return Device.open(new VirtualLine(firmware, () => new Worker(WORKER)));
  const device = await Device.open(new SerialLine(wanted.port));
  const { digest, rune } = device.hello;
  if (digest === firmware.description.digest) return device;
  await device.close();
  throw new DeviceError(
    rune === firmware.description.rune
      ? `The board runs another build of ${rune}. Copy this build's firmware onto it.`
      : `The board runs ${rune}, and not ${firmware.description.rune}. Copy this build's firmware onto it.`,
  );
}

function csrfToken(): string {
  return document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
}
