// Builds the page into exgo_gql/web/graphiql/static: hashed names, compressed, with a manifest and the licences.
import { build } from 'esbuild';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { licences } from './licences.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, '../../exgo_gql/web/graphiql/static');

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

// One build for page and workers, so that what they share (half of each worker) is one chunk.
const { metafile, outputFiles } = await build({
  absWorkingDir: HERE,
  entryPoints: {
    main: 'src/main.jsx',
    ...Object.fromEntries(Object.entries(WORKERS).map(([name, file]) => [`${name}.worker`, file])),
  },
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  jsx: 'automatic',
  alias: {
    'monaco-editor/esm/vs/editor/edcore.main.js': './src/editor-features.js',
    // GraphiQL asks for Prettier's parsers by their old names, which are scripts without named exports: "Prettify"
    // would do nothing but warn.
    'prettier/parser-babel': 'prettier/plugins/babel',
    'prettier/parser-graphql': 'prettier/plugins/graphql',
  },
  loader: { '.ttf': 'file', '.svg': 'dataurl' },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  outdir: STATIC,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  metafile: true,
  write: false,
  logLevel: 'warning',
});

const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ ...output, name: basename(path) }));
const byName = new Map(outputs.map((output) => [output.name, output]));

/** The chunks that a file imports, and those that they import: what the browser would find out one after the other. */
function importsOf(output, seen = new Set()) {
  for (const { path, kind } of output.imports) {
    const imported = byName.get(basename(path));
    if (kind !== 'import-statement' || seen.has(imported)) continue;
    seen.add(imported);
    importsOf(imported, seen);
  }
  return seen;
}

const entry = (file) => outputs.find(({ entryPoint }) => entryPoint?.endsWith(file));
const main = entry('src/main.jsx');
const manifest = {
  script: main.name,
  style: basename(main.cssBundle),
  preload: [...importsOf(main)].map(({ name }) => name).sort(),
  workers: Object.fromEntries(Object.entries(WORKERS).map(([name, file]) => [name, entry(file).name])),
};

// What GraphiQL imports late has style bundles of its own, which nothing loads: main's holds all of it.
const wanted = outputFiles.filter(({ path }) => !path.endsWith('.css') || basename(path) === manifest.style);

await rm(STATIC, { recursive: true, force: true });
await mkdir(STATIC, { recursive: true });
for (const { path, contents } of wanted) {
  await writeFile(`${join(STATIC, basename(path))}.gz`, gzipSync(contents, { level: 9 }));
}
await writeFile(join(STATIC, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(join(STATIC, 'LICENSES.txt'), await licences(HERE, Object.keys(metafile.inputs)));
console.log(`${(await readdir(STATIC)).length} files in ${STATIC}`);
