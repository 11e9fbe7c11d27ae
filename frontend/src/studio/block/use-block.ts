// Where the block of an open file runs, by the language, and its text: asked again after each edit.
import { useEffect, useState } from "react";
import type { TensorType } from "../../blocks";
import type { FileEntry } from "../document/files";
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
  /** What comes in; null where that is not known of all. */
  readonly types: readonly TensorType[] | null;
}

/** Milliseconds of calm after which it is asked: it never slows a keystroke. */
const CALM = 100;

/** Null until it is known. What was known stands while it is asked again. */
export function useBlock(workspace: Workspace, file: FileEntry): BlockPlace | null {
  const [place, setPlace] = useState<BlockPlace | null>(null);
  useEffect(() => {
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const text = workspace.files.text(file.id)?.toJSON() ?? "";
      const answer = await workspace.language.ask<BlockAnswer>({ ask: "block", file: file.path });
      if (!wanted || text !== workspace.files.text(file.id)?.toJSON()) return;
      setPlace((before) => settled(before, { ...answer, text, types: typesOf(answer) }));
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void look().catch(() => undefined), CALM);
    };
    soon();
    workspace.files.doc.on("update", soon);
    const stop = workspace.language.state.subscribe(soon);
    return () => {
      wanted = false;
      clearTimeout(timer);
      workspace.files.doc.off("update", soon);
      stop();
    };
  }, [workspace, file.id, file.path]);
  return place;
}

/** The object before where nothing of it is another, with the parts that stayed. */
function settled(before: BlockPlace | null, now: BlockPlace): BlockPlace {
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
