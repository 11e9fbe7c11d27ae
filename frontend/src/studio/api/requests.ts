// How requests of the studio to a project are sent: with its session's token, and again where that was renewed meanwhile.
import {
  addressOf,
  type Fetch,
  type ResponseJson,
  type Method,
  type Options,
  type Parameters,
  type Path,
  type Read,
  type Values,
} from "../../api/request";
import { problemFrom } from "./problem";

const TOKEN = "X-CSRFToken";
const JSON_ONLY = { headers: { Accept: "application/json" } };

/** The session that requests are made with; see session/sign-in-watch. */
export interface Credentials {
  readonly token: string;
  /** The meaning of a refusal: the same error, or that one is signed out. */
  explain(error: unknown): Promise<unknown>;
}

interface Project {
  readonly organisation: string;
  readonly name: string;
}

/** Requests to one project, by the addresses of the API; what they are about is the subclass's. */
export class ProjectRequests {
  /** The parameters that each address of the project has. */
  readonly project: Project;

  constructor(
    organisation: string,
    name: string,
    protected readonly credentials: Credentials,
    private readonly fetch: Fetch = (input, init) => globalThis.fetch(input, init),
  ) {
    this.project = { organisation, name };
  }

  /** The header that a request of this session must carry to write. */
  get token(): string {
    return this.credentials.token;
  }

  /** Sends a request and reads the JSON that answers it. The project is filled in. */
  async call<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: Options<M, P, keyof Project>
  ): Promise<ResponseJson<M, P>> {
    return (await (await this.request(method, path, ...options)).json()) as ResponseJson<M, P>;
  }

  /** The same with the state of what the answer describes. */
  async read<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: Options<M, P, keyof Project>
  ): Promise<Read<ResponseJson<M, P>>> {
    const response = await this.request(method, path, ...options);
    return { value: (await response.json()) as ResponseJson<M, P>, etag: response.headers.get("ETag") ?? "" };
  }

  protected request<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...[options]: Options<M, P, keyof Project>
  ): Promise<Response> {
    const { body = {}, etag, ...parameters } = (options ?? {}) as Values & { readonly body?: unknown };
    const address = this.fill(path, parameters);
    return method === "get"
      ? this.send(address, JSON_ONLY)
      : this.sendBody(method, address, JSON.stringify(body), "application/json", etag);
  }

  /** The address with the project and the parameters filled in. */
  address<M extends Method, P extends Path<M>>(
    _method: M,
    path: P,
    ...[parameters]: Parameters<M, P, keyof Project>
  ): string {
    return this.fill(path, parameters);
  }

  private fill(path: string, { path: names, query }: Values = {}): string {
    return addressOf(path, { path: { ...this.project, ...names }, query });
  }

  /** Writes with a body that is no JSON of the description, such as the bytes of a file. */
  sendBody(
    method: Method,
    address: string,
    body: string | Blob,
    type = "application/json",
    etag?: string,
  ): Promise<Response> {
    const condition: Record<string, string> = etag === undefined ? {} : { "If-Match": etag };
    return this.send(address, {
      method: method.toUpperCase(),
      body,
      headers: { ...JSON_ONLY.headers, "Content-Type": type, [TOKEN]: this.token, ...condition },
    });
  }

  /** Sends to an address of the API; a refusal is thrown as its problem. */
  async send(address: string, init: RequestInit = {}): Promise<Response> {
    const { token } = this;
    try {
      return await this.sendOnce(address, init);
    } catch (error) {
      const explanation = await this.credentials.explain(error);
      // The same person signed in again in another window, and this page had the token of the session before.
      const headers = new Headers(init.headers);
      if (explanation !== error || this.token === token || !headers.has(TOKEN)) throw explanation;
      headers.set(TOKEN, this.token);
      return this.sendOnce(address, { ...init, headers });
    }
  }

  private async sendOnce(address: string, init: RequestInit): Promise<Response> {
    const response = await this.fetch(address, { credentials: "same-origin", ...init }).catch(() => {
      throw problemFrom(0, "");
    });
    if (!response.ok) throw problemFrom(response.status, await response.text());
    return response;
  }
}
