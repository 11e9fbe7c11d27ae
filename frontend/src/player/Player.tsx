// Fetches one rune and lets it run.
import { useMemo } from "react";
import { NO_HOST, Preview, type PreviewHost } from "../preview";
import type { Addresses, Limits } from "../runtime";
import { FetchFailure } from "./FetchFailure";
import type { StageSettings } from "./stages/settings";
import { useStageRune } from "./stages/use-stage-rune";
import { fetchingText, useFetched } from "./use-fetched";

interface Props {
  readonly address: string;
  readonly name: string;
  /** Bytes that the build planned, where the page knows them. */
  readonly memory: number | null;
  readonly limits: Limits;
  /** Where the frame and the worker come from, if not from where pages have them. */
  readonly addresses?: Addresses;
  /** The example inputs that the page brings along. */
  readonly host?: PreviewHost;
  /** The build whose values the page shows in each stage, if it does. */
  readonly stages?: StageSettings | null;
}

export function Player({ address, name, memory, limits, addresses, host = NO_HOST, stages = null }: Props) {
  const [fetchState, again] = useFetched(address);
  const { stageRune, onRun, onLost } = useStageRune(stages);
  const hostOfStages = useMemo(() => (stages === null ? host : { ...host, onRun }), [stages, host, onRun]);
  if (fetchState.state === "failed") return <FetchFailure reason={fetchState.reason} onAgain={again} />;
  const rune = fetchState.state === "there" ? fetchState.rune : null;
  return (
    <Preview
      rune={stageRune?.bytes ?? rune}
      edition={stages?.version ?? null}
      size={rune?.byteLength ?? null}
      heading={null}
      memory={memory}
      limits={limits}
      isLarge
      {...(addresses === undefined ? {} : { addresses })}
      host={hostOfStages}
      empty={fetchingText(fetchState, name)}
    >
      {stageRune !== null &&
        stages !== null &&
        ((running) => <stageRune.Picture running={running} picture={stages.picture} onLost={onLost} />)}
    </Preview>
  );
}
