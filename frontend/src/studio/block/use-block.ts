// Where the block of an open file runs, by the language, and its text: asked again after each edit.
import { useCallback, useEffect, useState } from "react";
import type { TensorType } from "../../blocks";
import type { FileEntry } from "../document/files/files";
import type { Workspace } from "../session/workspace";

interface BlockAnswer {
  readonly stage: string | null;
  readonly inputs: readonly {
    readonly stage: string;
    readonly index: number;
    readonly type: string | null;
    readonly dimensions: readonly number[] | null;
  }[];
  readonly settings: Readonly<Record<string, number>>;
}

export interface BlockPlace extends BlockAnswer {
  readonly text: string;
  /** The types of the inputs; null where one of them is not known. */
  readonly types: readonly TensorType[] | null;
}

interface SharedBlockAnswer extends BlockAnswer {
  /** How a Runefile names it: `acme/sounds#smooth@1.2`. */
  readonly path: string;
  readonly file: string;
  readonly text: string;
}

export interface SharedBlockPlace extends SharedBlockAnswer, BlockPlace {}

/** Milliseconds of calm after which it is asked: it never slows a keystroke. */
const CALM = 100;

/** Null until it is known. What was known stands while it is asked again. */
export function useBlock(workspace: Workspace, file: FileEntry): BlockPlace | null {
  return useBlockQuery(
    workspace,
    useCallback(async () => {
      const text = workspace.files.text(file.id)?.toJSON() ?? "";
      const answer = await workspace.language.ask<BlockAnswer>({ ask: "block", file: file.path });
      if (text !== workspace.files.text(file.id)?.toJSON()) return undefined;
      return { ...answer, text, types: typesOf(answer) };
    }, [workspace, file.id, file.path]),
  );
}

/** The block of another project that a stage runs; null until it is known, and where the stage runs none. */
export function useStageBlock(workspace: Workspace, stage: string): SharedBlockPlace | null {
  return useBlockQuery(
    workspace,
    useCallback(async () => {
      const answer = await workspace.language.ask<SharedBlockAnswer | null>({ ask: "stage-block", stage });
      return answer === null ? null : { ...answer, types: typesOf(answer) };
    }, [workspace, stage]),
  );
}

/** Looks after each edit, and when the language knows more; undefined is an answer that came too late. */
function useBlockQuery<P extends BlockPlace>(
  workspace: Workspace,
  query: () => Promise<P | null | undefined>,
): P | null {
  const [place, setPlace] = useState<P | null>(null);
  useEffect(() => {
    let isActive = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const runQuery = async (): Promise<void> => {
      const next = await query();
      if (isActive && next !== undefined) setPlace((before) => (next === null ? null : withStableParts(before, next)));
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void runQuery().catch(() => undefined), CALM);
    };
    soon();
    workspace.files.doc.on("update", soon);
    const stop = workspace.language.state.subscribe(soon);
    return () => {
      isActive = false;
      clearTimeout(timer);
      workspace.files.doc.off("update", soon);
      stop();
    };
  }, [workspace, query]);
  return place;
}

/** The object before where nothing of it is another, with the parts that stayed. */
function withStableParts<P extends BlockPlace>(before: P | null, now: P): P {
  if (before === null) return now;
  // While the text cannot be read its wires are not known: those of before stand.
  const inputs = JSON.stringify(before.inputs) === JSON.stringify(now.inputs) ? before.inputs : now.inputs;
  return JSON.stringify(before) === JSON.stringify(now) ? before : { ...now, inputs };
}

function typesOf({ inputs }: BlockAnswer): readonly TensorType[] | null {
  const types = inputs.flatMap(({ type, dimensions }) =>
    type === null || dimensions === null ? [] : [{ type, dimensions }],
  );
  return types.length === inputs.length ? types : null;
}
