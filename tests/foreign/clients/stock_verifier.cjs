// The published npm package @sigstore/verify: node stock_verifier.cjs BUNDLE KEYS DIGEST
// KEYS is a JSON file of PEM texts by hint. Prints the statement, or ends with status 1 and the reason.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const modules = path.join(__dirname, "../../../frontend/node_modules/@sigstore");
const { bundleFromJSON } = require(path.join(modules, "bundle"));
const { Verifier, toSignedEntity } = require(path.join(modules, "verify"));

const [bundleFile, keysFile, digest] = process.argv.slice(2);
const keys = JSON.parse(fs.readFileSync(keysFile, "utf8"));
const material = {
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
  publicKey: (hint) => {
    if (!(hint in keys)) throw new Error(`no key for ${hint}`);
    return { publicKey: crypto.createPublicKey(keys[hint]), validFor: () => true };
  },
};

try {
  const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundleFile, "utf8")));
  const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  verifier.verify(toSignedEntity(bundle));
  const statement = JSON.parse(bundle.content.dsseEnvelope.payload.toString("utf8"));
  // As cosign does: the signature of another artifact proves nothing of this one.
  if (!statement.subject.some((each) => each.digest.sha256 === digest.replace("sha256:", ""))) {
    throw new Error(`the statement is not about ${digest}`);
  }
  process.stdout.write(JSON.stringify(statement));
} catch (error) {
  process.stderr.write(`${error.code ?? ""} ${error.message}\n`);
  process.exit(1);
}
