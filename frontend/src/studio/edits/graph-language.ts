// The requests of the graph to the language, and its edits, which change the text as one step of the page's undo. An
// answer is about a text; when that changed meanwhile the graph asks again, so that no edit falls on other words.
import type { TextEdit } from "../../api/schema";
import { LanguageRefusal } from "../../language";
import { sentenceOf } from "../api/problem";
import type { EditStep, Workspace } from "../session/workspace";
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
  TensorType,
} from "./graph-requests";

/** How often an edit is asked for again while others type. */
const TRIES = 6;

type GraphEdits = Pick<EditAnswer, "edits"> & Partial<Pick<EditAnswer, "stage">>;

/** The part of the workspace that this uses, so that a test can pass another. */
export type GraphWorkspace = Pick<Workspace, "edit" | "toasts" | "checking"> & {
  readonly language: Pick<Workspace["language"], "ask">;
  readonly files: Pick<Workspace["files"], "list" | "text" | "undo">;
};

export class GraphLanguage {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly workspace: GraphWorkspace) {}

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

  private enqueue(ask: () => Promise<GraphEdits>, step: EditStep): Promise<string | null> {
    const result = this.last.then(() => this.apply(ask, step));
    this.last = result;
    return result;
  }

  private async apply(ask: () => Promise<GraphEdits>, step: EditStep): Promise<string | null> {
    try {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = this.texts();
        const { edits, stage } = await ask();
        const now = this.texts();
        if (edits.some(({ file }) => before.get(file) !== now.get(file))) continue;
        if (edits.length > 0) this.workspace.edit(edits, step);
        this.workspace.checking.touch(0);
        return stage ?? "";
      }
      this.workspace.toasts.say("The text is being changed. Try again.");
    } catch (error) {
      this.workspace.toasts.say(error instanceof LanguageRefusal ? error.message : sentenceOf(error));
    }
    return null;
  }

  private texts(): ReadonlyMap<string, string> {
    return new Map(
      this.workspace.files
        .list()
        .flatMap(({ id, path, kind }) =>
          kind === "text" ? [[path, this.workspace.files.text(id)?.toJSON() ?? ""] as const] : [],
        ),
    );
  }
}
