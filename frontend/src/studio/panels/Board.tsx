// The board beside the preview: what it runs is the rune of the text that the preview shows, and not one that wires are
// watched in.
import { useMemo } from "react";
import { address } from "../../api/request";
import type { PreviewBuild } from "../../api/schema";
import Boards from "../../device/Boards";
import type { Snapshot } from "../../preview";
import type { ProjectClient } from "../api/client";
import { useSession } from "../context/studio";

interface Props {
  readonly client: ProjectClient;
  readonly build: PreviewBuild;
  readonly running: Snapshot;
}

export default function Board({ client, build, running }: Props) {
  const devices = useSession(({ project }) => `${project.url}/boards`);
  const { id, rune_url: rune, rune_digest: digest } = build;
  const source = useMemo(
    () => ({
      key: digest,
      address: address("get", "/api/v1/builds/{build_id}/firmware", { path: { build_id: id } }),
      token: () => client.token,
      read: () => client.rune(rune),
    }),
    // One digest is one content; another build of it has the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [client, digest],
  );
  return <Boards source={source} what="this text" running={running} devices={devices} />;
}
