// The parts of a request to the API, typed by its description: a path, parameters, a body or an answer that do not belong
// together are errors of the compiler. The types are openapi-fetch's; none of its code is loaded (docs/adr/0058).
import type { Client, ClientPathsWithMethod, FetchResponse, RequestBodyOption } from "openapi-fetch";
import type { paths } from "./schema";

/** The browser's `fetch`, as far as requests of the pages use it. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;
export type Method = "get" | "put" | "post" | "delete" | "patch";
/** The paths that answer a method. */
export type Path<M extends Method> = ClientPathsWithMethod<Client<paths>, M>;
type Operation<M extends Method, P extends Path<M>> = paths[P][M];
type OptionalIfEmpty<T> = object extends T ? [options?: T] : [options: T];
type WithParameters = { readonly parameters: { readonly path?: unknown; readonly query?: unknown } };
/** The part of an operation's parameters under a key, required where one of them is; none where there is no such part. */
type Part<Key extends string, T> = [T] extends [never]
  ? { readonly [K in Key]?: never }
  : object extends T
    ? { readonly [K in Key]?: T }
    : { readonly [K in Key]: T };
type NamesAndQuery<T, KnownNames> = T extends WithParameters
  ? Part<"path", Without<NonNullable<T["parameters"]["path"]>, KnownNames>> &
      Part<"query", NonNullable<T["parameters"]["query"]>>
  : object;
/** The ETag of a resource as it was read before an act on it, which the act sends as If-Match. */
type IfMatch<T> = T extends { readonly parameters: { readonly header: { readonly "If-Match": string } } }
  ? { readonly etag: string }
  : object;
type Without<T, KnownNames> = [T] extends [never] ? never : Omit<T, KnownNames & PropertyKey>;

/** The parameters of an operation, in its path (but those that are known) and in its query. */
export type Parameters<M extends Method, P extends Path<M>, KnownNames = never> = OptionalIfEmpty<
  NamesAndQuery<Operation<M, P>, KnownNames>
>;
/** Its parameters and its body. */
export type Options<M extends Method, P extends Path<M>, KnownNames = never> = OptionalIfEmpty<
  NamesAndQuery<Operation<M, P>, KnownNames> & RequestBodyOption<Operation<M, P>> & IfMatch<Operation<M, P>>
>;
/** The JSON that it answers. */
export type ResponseJson<M extends Method, P extends Path<M>> = NonNullable<
  FetchResponse<Operation<M, P> & object, object, "application/json">["data"]
>;
/** The body that it takes. */
export type Body<M extends Method, P extends Path<M>> = NonNullable<RequestBodyOption<Operation<M, P>>["body"]>;

/** The values of an operation's parameters. */
export interface Values {
  readonly path?: object;
  readonly query?: object;
  readonly etag?: string;
}

/** An answer with the state of what it describes, for an act on it. */
export interface Read<T> {
  readonly value: T;
  readonly etag: string;
}

/** Escapes the letters of a file's path that an address cannot carry; its slashes stay. */
export function escapePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Returns a path of the description with its parameters filled in. A parameter that is undefined is left out. */
export function addressOf(path: string, { path: names = {}, query = {} }: Values = {}): string {
  const address = path.replace(/{(\w+)}/g, (_, name: string) =>
    (name === "path" ? escapePath : encodeURIComponent)(String(Reflect.get(names, name))),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? address : `${address}?${search}`;
}

/** The address of an operation, for a request that is sent in another way than as JSON. */
export function address<M extends Method, P extends Path<M>>(
  _method: M,
  path: P,
  ...[parameters]: Parameters<M, P>
): string {
  return addressOf(path, parameters);
}
