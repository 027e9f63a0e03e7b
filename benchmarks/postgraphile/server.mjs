// PostGraphile 5 on the same tables: its amber preset on its own server, row-level security by its settings.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import process from "node:process";

// The packages lie where npm put them, not beside this file.
const require = createRequire(`${process.env.BENCH_PACKAGES}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

const { postgraphile } = await load("postgraphile");
const { PostGraphileAmberPreset } = await load("postgraphile/presets/amber");
const { makePgService } = await load("postgraphile/adaptors/pg");
const { grafserv } = await load("postgraphile/grafserv/node");
const { PgSimplifyInflectionPreset } = await load("@graphile/simplify-inflection");
const { PostGraphileConnectionFilterPreset } = await load("postgraphile-plugin-connection-filter");

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  // It hides relations whose index is partial, as those of the log are.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      poolConfig: {
        host: process.env.BENCH_PGHOST,
        port: Number(process.env.BENCH_PGPORT),
        database: process.env.BENCH_DATABASE,
        user: "exgo_merchant",
        max: 10,
      },
      schemas: ["public"],
    }),
  ],
  grafast: {
    context: { pgSettings: { "app.merchant_id": process.env.BENCH_MERCHANT } },
    explain: false,
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, maxRequestLength: 1_000_000 },
};

const server = createServer();
const serving = postgraphile(preset).createServ(grafserv);
await serving.ready?.();
await serving.addTo(server);
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
