// Bundles each src/page-*.js, with all that it imports, into ../static/bundle, and writes down whose
// work is in it: node build.mjs [folder]
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "..", "static", "bundle"));
const entries = readdirSync(join(here, "src")).filter((name) => /^page-.*\.js$/.test(name));

rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: entries.map((name) => join("src", name)),
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  chunkNames: "part-[hash]",
  legalComments: "none", // all of them are in licenses.txt
  loader: { ".svg": "dataurl" },
  logLevel: "warning",
});
writeFileSync(join(out, "licenses.txt"), notices());

// The license of every package that the bundle may hold: those that are no mere tools.
function notices() {
  const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
  const shipped = Object.entries(lock.packages).filter(([path, about]) => path && !about.dev);
  return shipped.map(([path]) => notice(join(here, path))).join("\n" + "-".repeat(80) + "\n\n");
}

function notice(folder) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((name) => /^(licen[sc]e|copying|notice)/i.test(name));
  const author = typeof about.author === "string" ? about.author : about.author?.name;
  const head = `${about.name} ${about.version}\nLicense: ${about.license}\n${author ? `Author: ${author}\n` : ""}`;
  const texts = files.map((name) => readFileSync(join(folder, name), "utf8").trim());
  if (!texts.length) texts.push("(The package holds no text of it: the terms of the MIT License stand with codemirror.)");
  return [head, ...texts].join("\n") + "\n";
}
