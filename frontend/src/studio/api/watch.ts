// The variants of a preview beside the plain one.
import type { NamedFix } from "../../api/schema";

/** Another rune of the text than the plain one: it says when each stage ends, or has a fix in it; or what the tests of a block find, compiled. */
export type VariantRequest = { readonly timed: true } | { readonly fix: NamedFix } | { readonly tests: string };
