// The costs of a run on the chip: cycles, time, memory, and which step takes the most.
import { millisecondsText, percentText, sizeText } from "../preview";
import type { FirmwareManifest } from "./firmware/file";
import type { Ran } from "./serial/messages";

interface Props {
  readonly description: FirmwareManifest;
  readonly ran: Ran | null;
  readonly isReal: boolean;
}

/** The fastest clock that the chip is made for; the firmware sets the slower one of the description. */
const FASTEST = 133_000_000;

export function Costs({ description, ran, isReal }: Props) {
  const { code, variables, ram, flash, memory, clock_hz: clock } = description;
  const isInRam = memory === "ram";
  const used = variables + (ran?.stack ?? 0) + (isInRam ? code : 0);
  const isLeast = !isReal && !isInRam;
  const time = (hertz: number) => (ran === null ? "–" : millisecondsText((1000 * ran.cycles) / hertz));
  const slowest = ran === null ? null : slowestOf(description, ran);
  return (
    <>
      <dl className="boards-costs num">
        <div>
          <dt className="label">Cycles a run</dt>
          <dd>{ran === null ? "–" : `${isLeast ? "≥ " : ""}${ran.cycles.toLocaleString("en")}`}</dd>
          <dd className="small muted">{isReal ? "counted by the chip" : "counted by the emulator"}</dd>
        </div>
        <div>
          <dt className="label">Time on the chip</dt>
          <dd>{`${isLeast && ran !== null ? "≥ " : ""}${time(clock)}`}</dd>
          <dd className="small muted">
            at {clock / 1e6} MHz; {time(FASTEST)} at {FASTEST / 1e6}
          </dd>
        </div>
        <div>
          <dt className="label">RAM</dt>
          <dd>
            {sizeText(used)} of {sizeText(ram)}
          </dd>
          <Bar share={used / ram} />
          <dd className="small muted">
            {isInRam && `program ${sizeText(code)}, `}variables {sizeText(variables)}
            {ran !== null && `, stack ${sizeText(ran.stack)}`}
          </dd>
        </div>
        <div>
          <dt className="label">Flash</dt>
          <dd>
            {isInRam ? "none" : sizeText(code)} of {sizeText(flash)}
          </dd>
          <Bar share={isInRam ? 0 : code / flash} />
          <dd className="small muted">{isInRam ? "it runs from RAM, until power is off" : "it stays without power"}</dd>
        </div>
        <div>
          <dt className="label">Slowest step</dt>
          <dd className="boards-step">{slowest === null ? "–" : slowest.name}</dd>
          <dd className="small muted">{slowest !== null && `${percentText(slowest.share)} of the cycles`}</dd>
        </div>
      </dl>
      <details className="boards-how small">
        <summary>What is exact here, and what is not</summary>
        <ul>
          <li>
            <b>Bytes</b> are those that the firmware&rsquo;s own instructions compute. <b>Code and variables</b> are
            exact, of the linked firmware; the stack is the deepest so far.
          </li>
          {isReal ? (
            <li>
              <b>Cycles</b> are counted by the chip&rsquo;s own timer. Reading it takes some ten cycles a step.
            </li>
          ) : (
            <>
              <li>
                <b>Cycles</b> are counted by rp2040js by the manual of the core: one for an instruction, two for a load,
                a store and a jump that is taken, three for a call, one more for each register that goes to or from the
                stack.
                {isInRam
                  ? " From RAM the chip waits for nothing more, so the real count should be close."
                  : " The chip also waits for its flash, which is not counted: the real count is higher, by how much depends on what its cache holds."}
              </li>
              <li>
                <b>Time</b> is these cycles by the clock, an estimate. The firmware sets 125 MHz; 133 MHz is the most
                that the chip is made for.
              </li>
            </>
          )}
        </ul>
      </details>
    </>
  );
}

function slowestOf({ steps }: FirmwareManifest, { stepCycles, cycles }: Ran): { name: string; share: number } | null {
  const most = Math.max(...stepCycles);
  const name = steps[stepCycles.indexOf(most)];
  return name === undefined || cycles === 0 ? null : { name, share: most / cycles };
}

function Bar({ share }: { readonly share: number }) {
  return (
    <dd className="meter" aria-hidden="true">
      <i style={{ width: `${Math.min(100, Math.max(share > 0 ? 1 : 0, 100 * share))}%` }} />
    </dd>
  );
}
