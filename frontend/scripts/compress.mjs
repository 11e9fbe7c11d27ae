// Compresses what the build left, once and well: beside each file its .br and its .gz, which the server sends as they are.
// Runs after Vite, with Node's own zlib. Large files, which come later than the first page, take the quicker grade.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const BUILD = new URL("../../static/build/", import.meta.url);
const KINDS = /\.(?:js|css|json|svg|wasm)$/;
/** Bytes up to which the best grade takes a moment only; beyond, it would take most of the build's time. */
const BEST_UP_TO = 700_000;
/** A file is compressed where that saves at least this share of it. */
const WORTH_IT = 0.95;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

async function compress(name) {
  const file = new URL(name, BUILD);
  const bytes = await readFile(file);
  const grade = bytes.length <= BEST_UP_TO ? constants.BROTLI_MAX_QUALITY : 9;
  const params = { [constants.BROTLI_PARAM_QUALITY]: grade, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const smaller = {
    br: await brotli(bytes, { params }),
    gz: await gzipped(bytes, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [ending, small] of Object.entries(smaller)) {
    if (small.length < bytes.length * WORTH_IT) await writeFile(new URL(`${name}.${ending}`, BUILD), small);
  }
}

const names = await readdir(BUILD, { recursive: true });
await Promise.all(names.filter((name) => KINDS.test(name)).map(compress));
