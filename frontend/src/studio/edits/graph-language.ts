// The requests of the graph to the language, and its edits, which change the text as one step of the undo.
import type { JoinAnswer, TextEdit } from "../../api/schema";
import type { TensorType } from "../../blocks";
import type { EditStep, Workspace } from "../session/workspace";
import { EditQueue, reasonOf, type EditedWorkspace } from "./edit-queue";
import type {
  EditAnswer,
  PortFit,
  GraphEdit,
  PaletteAnswer,
  Port,
  PortsAnswer,
  Source,
  StageArgument,
  Suit,
} from "./graph-requests";

type GraphEdits = Pick<EditAnswer, "edits"> & Partial<Pick<EditAnswer, "stage">>;

/** The part of the workspace that this uses, so that a test can pass another. */
export type GraphWorkspace = EditedWorkspace &
  Pick<Workspace, "toasts"> & { readonly language: Pick<Workspace["language"], "ask"> };

export class GraphLanguage {
  private readonly queue: EditQueue;

  constructor(private readonly workspace: GraphWorkspace) {
    this.queue = new EditQueue(workspace);
  }

  ports = (): Promise<PortsAnswer> => this.workspace.language.ask<PortsAnswer>({ ask: "ports" });

  palette = (): Promise<PaletteAnswer> => this.workspace.language.ask<PaletteAnswer>({ ask: "palette" });

  arguments = async (stage: string): Promise<readonly StageArgument[]> =>
    (await this.workspace.language.ask<{ readonly arguments: readonly StageArgument[] }>({ ask: "arguments", stage }))
      .arguments;

  fits = async (source: Port): Promise<readonly PortFit[]> =>
    (await this.workspace.language.ask<{ readonly fits: readonly PortFit[] }>({ ask: "fits", source })).fits;

  sources = async (target: string, index: number): Promise<readonly Source[]> =>
    (
      await this.workspace.language.ask<{ readonly sources: readonly Source[] }>({
        ask: "fits",
        target,
        target_index: index,
      })
    ).sources;

  suits = async (source: Port): Promise<readonly Suit[]> =>
    (await this.workspace.language.ask<{ readonly suits: readonly Suit[] }>({ ask: "suits", source })).suits;

  /** The wires that would lead past a stage; null where it is not between others. */
  join = async (stage: string): Promise<JoinAnswer["join"]> =>
    (await this.workspace.language.ask<JoinAnswer>({ ask: "join", stage })).join;

  /** Why the block of a stage cannot become a file of the project; null when it can. */
  whyNotCopied = async (stage: string): Promise<string | null> =>
    (
      await this.workspace.language.ask<{ readonly reason: string | null }>({
        ask: "copy-block",
        stage,
        dry_run: true,
      })
    ).reason;

  /** Why the outputs of a stage cannot be declared so, or left out with null; null when they can. */
  typesFit = async (stage: string, types: readonly TensorType[] | null): Promise<string | null> =>
    (await this.workspace.language.ask<{ readonly reason: string | null }>({ ask: "types-fit", stage, types })).reason;

  /** Brings a text of the old form into the one that the graph edits: one step of the undo. Says so when it cannot be. */
  modernise(): Promise<string | null> {
    return this.enqueue(
      () => this.workspace.language.ask<{ readonly edits: readonly TextEdit[] }>({ ask: "format" }),
      "alone",
    );
  }

  /** Makes an edit. Answers the name of a stage that is added, "" for other edits; null when it was refused, which is said. */
  edit(edit: GraphEdit, step: EditStep = "alone"): Promise<string | null> {
    return this.enqueue(() => this.workspace.language.ask<EditAnswer>({ ask: "edit-graph", edit }), step);
  }

  private async enqueue(ask: () => Promise<GraphEdits>, step: EditStep): Promise<string | null> {
    try {
      return (await this.queue.run(ask, step)).stage ?? "";
    } catch (error) {
      this.workspace.toasts.say(reasonOf(error));
      return null;
    }
  }
}
