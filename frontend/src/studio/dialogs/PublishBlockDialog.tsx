// Publishes a block of the project for its other projects: a version, what is new in it, and who will be able to use it.
import type { BlockVersion, PublishedBlocks } from "../../api/schema";
import { useEffect, useId, useState } from "react";
import { publishBlock, publishedBlocks } from "../api/blocks";
import { Problem, sentenceOf } from "../api/problem";
import { CopyField } from "../parts/CopyField";
import { Dialog } from "../parts/Dialog";
import { DialogFoot } from "../parts/DialogFoot";
import { InlineCode } from "../parts/InlineCode";
import { useSession, useShell } from "../shell/shell";

interface Props {
  /** The block's file. */
  readonly path: string;
  readonly onClose: () => void;
}

type Published = PublishedBlocks["blocks"][number];

const VERSION = /^(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){0,2}$/;

/** The version that comes after the newest one: its last number counts on. */
export function nextVersion(versions: readonly { readonly version: string }[]): string {
  const newest = versions[0]?.version;
  if (newest === undefined) return "1.0";
  const parts = newest.split(".");
  return [...parts.slice(0, -1), String(Number(parts.at(-1)) + 1)].join(".");
}

export default function PublishBlockDialog({ path, onClose }: Props) {
  const { workspace } = useShell();
  const project = useSession((session) => session.project);
  const id = useId();
  const name = path.replace(/^.*\//, "").replace(/\.py$/, "");
  const [before, setBefore] = useState<Published | null>(null);
  const [version, setVersion] = useState<string | null>(null);
  const [notes, setNotes] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [published, setPublished] = useState<BlockVersion | null>(null);
  useEffect(() => {
    let wanted = true;
    publishedBlocks(workspace.client).then(
      (blocks) => {
        if (!wanted) return;
        const found = blocks.find(({ block }) => block === name) ?? null;
        setBefore(found);
        setVersion((typed) => typed ?? nextVersion(found?.versions ?? []));
      },
      (error: unknown) => {
        if (wanted) setRefused(sentenceOf(error));
      },
    );
    return () => {
      wanted = false;
    };
  }, [workspace, name]);

  const malformed =
    version === null || version === "" || VERSION.test(version) ? null : "One to three numbers, like 1.2 or 2.0.1.";
  const taken = before?.versions.find((each) => each.version === version);
  const publish = async (): Promise<void> => {
    if (version === null) return;
    setBusy(true);
    setRefused(null);
    try {
      await workspace.stored();
      setPublished(await publishBlock(workspace.client, path, version, notes));
    } catch (error) {
      setRefused(error instanceof Problem ? error.message : sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const everyone = project.visibility === "private" ? null : project.visibility;

  if (published !== null)
    return (
      <Dialog title={`${name} ${published.version} is published`} onClose={onClose}>
        <p className="muted">
          Other projects of {project.organisation} find it in <b>Add a stage</b>. A Runefile names it so:
        </p>
        <CopyField label="In a Runefile" value={`proc-block: ${published.path}`} />
        <CopyField label="At the terminal" value={`rune block add ${published.path}`} />
        <div className="row">
          <span className="grow" />
          <button type="button" className="button primary" data-first onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={`Publish ${name}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (version !== null && version !== "" && malformed === null && !isBusy) void publish();
        }}
      >
        <p className="muted">
          {everyone === "public"
            ? "The project is public: anyone can then read its source and its tests, and use it."
            : everyone === "internal"
              ? "Everyone with an account here can then read its source and its tests, and use it."
              : `Other projects of ${project.organisation} can then use it, and its members read its source and its tests.`}{" "}
          Its tests run first. A version stays what it is: a change is the next version.
        </p>
        <div className="field">
          <label htmlFor={id}>Version</label>
          <input
            id={id}
            className="mono"
            value={version ?? ""}
            data-first
            autoComplete="off"
            spellCheck={false}
            aria-invalid={malformed !== null || refused !== null}
            aria-describedby={`${id}-said`}
            onChange={(event) => {
              setVersion(event.target.value.trim());
              setRefused(null);
            }}
          />
          <span
            id={`${id}-said`}
            className={malformed !== null || refused !== null ? "error" : "small muted"}
            role="status"
          >
            {refused !== null ? (
              <InlineCode>{refused}</InlineCode>
            ) : (
              (malformed ??
              (taken !== undefined
                ? `${taken.version} is published already, and stays as it is.`
                : before === null
                  ? "Its first version."
                  : `The newest is ${before.versions[0]?.version ?? ""}.`))
            )}
          </span>
        </div>
        <div className="field">
          <label htmlFor={`${id}-notes`}>What is new</label>
          <textarea
            id={`${id}-notes`}
            rows={3}
            value={notes}
            placeholder="For those who use it"
            onChange={(event) => setNotes(event.target.value)}
          />
        </div>
        <DialogFoot
          verb={isBusy ? "Testing and publishing…" : "Publish"}
          disabled={isBusy || version === null || version === "" || malformed !== null}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
