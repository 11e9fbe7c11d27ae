// Publishes a block of the project for its other projects: a version, what is new in it, and who will be able to use it.
import type { BlockVersion, ProjectState, PublishedBlocks } from "../../../api/schema";
import { useEffect, useId, useState } from "react";
import { publishBlock, publishedBlocks } from "../../api/blocks";
import { sentenceOf } from "../../api/problem";
import { CopyField } from "../../parts/dialog/CopyField";
import { Dialog } from "../../parts/dialog/Dialog";
import { useSession, useStudio } from "../../context/studio";
import { PublishedDialog, PublishForm } from "./Form";

interface Props {
  /** The block's file. */
  readonly path: string;
  readonly onClose: () => void;
}

type PublishedBlock = PublishedBlocks["blocks"][number];

const VERSION = /^(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){0,2}$/;

/** The version that comes after the newest one: its last number counts on. */
export function nextVersion(versions: readonly { readonly version: string }[]): string {
  const newest = versions[0]?.version;
  if (newest === undefined) return "1.0";
  const parts = newest.split(".");
  return [...parts.slice(0, -1), String(Number(parts.at(-1)) + 1)].join(".");
}

export default function PublishBlockDialog({ path, onClose }: Props) {
  const { workspace } = useStudio();
  const project = useSession((session) => session.project);
  const id = useId();
  const name = path.replace(/^.*\//, "").replace(/\.py$/, "");
  const [before, setBefore] = useState<PublishedBlock | null>(null);
  const [version, setVersion] = useState<string | null>(null);
  const [notes, setNotes] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [publishedVersion, setPublishedVersion] = useState<BlockVersion | null>(null);
  const readState = (): Promise<string> => {
    const state = workspace.filesState();
    // Said when the block is published with it.
    state.catch(() => undefined);
    return state;
  };
  const [etag, setEtag] = useState(readState);
  useEffect(() => {
    let isActive = true;
    publishedBlocks(workspace.client).then(
      (blocks) => {
        if (!isActive) return;
        const publishedBlock = blocks.find(({ block }) => block === name) ?? null;
        setBefore(publishedBlock);
        setVersion((typedVersion) => typedVersion ?? nextVersion(publishedBlock?.versions ?? []));
      },
      (error: unknown) => {
        if (isActive) setRefusal(sentenceOf(error));
      },
    );
    return () => {
      isActive = false;
    };
  }, [workspace, name]);

  const formatProblem =
    version === null || version === "" || VERSION.test(version) ? null : "One to three numbers, like 1.2 or 2.0.1.";
  const existing = before?.versions.find((each) => each.version === version);
  const publish = async (chosenVersion: string): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      setPublishedVersion(await publishBlock(workspace.client, path, chosenVersion, notes, await etag));
    } catch (error) {
      setRefusal(sentenceOf(error));
      // Who has read that the files were edited publishes them as they are now.
      setEtag(readState());
    } finally {
      setBusy(false);
    }
  };
  if (publishedVersion !== null)
    return (
      <PublishedDialog title={`${name} ${publishedVersion.version} is published`} onClose={onClose}>
        <p className="muted">
          Other projects of {project.organisation} find it in <b>Add a stage</b>, and everyone who may see it on{" "}
          <a href={`${project.url}/blocks/${name}?version=${publishedVersion.version}`}>its page</a>. A Runefile names
          it so:
        </p>
        <CopyField label="In a Runefile" value={`proc-block: ${publishedVersion.path}`} />
        <CopyField label="At the terminal" value={`rune block add ${publishedVersion.path}`} />
      </PublishedDialog>
    );
  return (
    <Dialog title={`Publish ${name}`} onClose={onClose}>
      <PublishForm
        label="Version"
        value={version}
        formatProblem={formatProblem}
        refusal={refusal}
        hint={
          existing !== undefined
            ? `${existing.version} is already published and cannot be changed.`
            : before === null
              ? "Its first version."
              : `The newest is ${before.versions[0]?.version ?? ""}.`
        }
        about={`${readers(project)} Its tests run first. A published version cannot be changed; publish a new version instead.`}
        doing={isBusy ? "Testing and publishing…" : null}
        onChange={(next) => {
          setVersion(next);
          setRefusal(null);
        }}
        onPublish={(chosenVersion) => void publish(chosenVersion)}
        onClose={onClose}
      >
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
      </PublishForm>
    </Dialog>
  );
}

/** Who can read and use it then. */
function readers({ visibility, organisation }: ProjectState["project"]): string {
  if (visibility === "public")
    return "The project is public: anyone can then read its source and its tests, and use it.";
  if (visibility === "internal")
    return "Everyone with an account here can then read its source and its tests, and use it.";
  return `Other projects of ${organisation} can then use it, and its members read its source and its tests.`;
}
