// Sending a file with progress and a limit, which fetch cannot report. One function; who calls it shows what it says.
import { Problem, problemFrom } from "./problem";
import { sizeText } from "../../look/quantities";

export interface Upload {
  readonly address: string;
  /** How it is sent: PUT stores a file under its address, POST gives it to be unpacked. */
  readonly method?: "PUT" | "POST";
  readonly token: string;
  /** The state of the file that is replaced, as it was when its person was asked; none for a new one. */
  readonly etag?: string;
  /** The most that this forge takes, in bytes. */
  readonly limit: number;
  readonly onProgress: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Refuse before a byte is sent what the server would refuse after the last one. */
export function tooLarge(name: string, size: number, limit: number): Problem | null {
  if (size <= limit) return null;
  return new Problem(
    413,
    "Too large",
    `${name} is ${sizeText(size)}; this server accepts files up to ${sizeText(limit)}.`,
  );
}

/** Send a file as it is. Ends with the server's answer when it has stored and accepted it, or throws its Problem. */
export function upload(
  file: File,
  { address, method = "PUT", token, etag, limit, onProgress, signal }: Upload,
): Promise<string> {
  const refusal = tooLarge(file.name, file.size, limit);
  if (refusal !== null) return Promise.reject(refusal);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", token);
    if (etag !== undefined) request.setRequestHeader("If-Match", etag);
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () =>
      request.status < 300 ? resolve(request.responseText) : reject(problemFrom(request.status, request.responseText));
    request.onerror = () => reject(problemFrom(0, ""));
    request.onabort = () => reject(new Problem(0, "Stopped", `The upload of ${file.name} was stopped.`));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
