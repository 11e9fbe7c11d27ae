// From looks at a timed rune to what a person reads of each stage. Pure.
import type { StageTimes } from "../../runtime";
import { millisecondsText } from "../readings/numbers";
import { shareText, type Pace } from "../running/pace";

export interface StageRow {
  readonly stage: string;
  /** The milliseconds of one run. */
  readonly milliseconds: number;
  /** The share of all stages together, 0 to 1. */
  readonly share: number;
}

export interface Stages {
  readonly rows: readonly StageRow[];
  /** For one run: the sum of the rows. */
  readonly milliseconds: number;
  readonly runs: number;
  /** Runs beside them whose window was not full. */
  readonly waitingRuns: number;
  /** Milliseconds of one step of the clock. */
  readonly step: number;
  /** Milliseconds by which a row may be off, for the clock's steps alone: the error of a mean, where one reading is off by up to half a step. */
  readonly within: number;
}

/** Readings that are stored. */
export const READINGS = 20;

/** The mean over the middle half of the looks: what else the machine did meanwhile is in the slowest. Null before there is one. */
export function stagesOf(allLooks: readonly StageTimes[]): Stages | null {
  // A short look may end before a window is full.
  const looks = allLooks.filter(({ runs }) => runs > 0);
  const whole = ({ stages, runs }: StageTimes) =>
    stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / Math.max(1, runs);
  const aside = Math.floor(looks.length / 4);
  const typical = looks.toSorted((one, other) => whole(one) - whole(other)).slice(aside, looks.length - aside);
  const [first] = typical;
  if (first === undefined) return null;
  const runs = typical.reduce((sum, look) => sum + look.runs, 0);
  const means = first.stages.map(({ stage }) => ({
    stage,
    milliseconds:
      typical.reduce((sum, { stages }) => sum + (stages.find((each) => each.stage === stage)?.milliseconds ?? 0), 0) /
      runs,
  }));
  const milliseconds = means.reduce((sum, row) => sum + row.milliseconds, 0);
  const step = Math.min(...typical.map((look) => look.step));
  return {
    rows: means.map((row) => ({ ...row, share: milliseconds === 0 ? 0 : row.milliseconds / milliseconds })),
    milliseconds,
    runs,
    waitingRuns: typical.reduce((sum, look) => sum + look.waitingRuns, 0),
    step,
    within: step / (2 * Math.sqrt(runs)),
  };
}

/** Nothing finer than the clock allows. */
export function stageText({ milliseconds }: StageRow, { within }: Stages): string {
  return milliseconds < within ? `under ${millisecondsText(within)}` : millisecondsText(milliseconds);
}

/** How far the times can be trusted. */
export function trustText({ runs, waitingRuns, step, within }: Stages): string {
  const exclusion = waitingRuns === 0 ? "" : `, without ${waitingRuns.toLocaleString("en")} whose window was not full`;
  return `Mean of ${runs.toLocaleString("en")} runs on the latest input${exclusion}, in a sandbox beside the preview. The browser's clock moves in steps of ${millisecondsText(step)}, so times are accurate to about ${millisecondsText(within)}. Other load on the machine adds to them.`;
}

export interface Budget {
  /** Milliseconds between two inputs. */
  readonly room: number;
  /** The part of it that a run takes; above 1 the rune does not keep up. */
  readonly share: number;
}

/** Null while nothing streams. */
export function budgetOf(pace: Pace, milliseconds: number | null): Budget | null {
  if (pace.requestRate === null || milliseconds === null) return null;
  const room = 1000 / pace.requestRate;
  return { room, share: milliseconds / room };
}

export function budgetText({ room, share }: Budget, milliseconds: number): string {
  if (share > 1)
    return `${shareText(milliseconds, room)}. Inputs are dropped; a longer hop, a smaller model or fewer stages would help.`;
  const sentence = `Inference takes ${millisecondsText(milliseconds)} of the ${millisecondsText(room)} between two inputs`;
  return share < 0.01 ? `${sentence}: under 1 %.` : `${sentence}: ${Math.round(share * 100)} %.`;
}
