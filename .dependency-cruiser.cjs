// The floors of ARCHITECTURE.md. Nobody imports upwards, and rooms of one floor do not import each other.
const floors = [
  ["actor", "cache", "secrets"],
  ["resilience", "background", "context"],
  ["team", "tdd", "cluster"],
  ["observe"]
]
const room = (name) => `^src/${name}/`
/** All of `src` but the top floor, which composes. */
const noBodies = { path: "^src/", pathNot: "^src/(cli/|main\\.ts$)" }
const rules = []
floors.forEach((rooms, floor) => {
  for (const name of rooms) {
    const forbidden = [...rooms.filter((other) => other !== name), ...floors.slice(floor + 1).flat(), "cli"]
    rules.push({
      name: `floor-of-${name}`,
      severity: "error",
      from: { path: room(name) },
      to: { path: [...forbidden.map(room), "^layers/", "^actors/", "^src/main\\.ts$", "^src/index\\.ts$"] }
    })
  }
})
module.exports = {
  forbidden: [
    ...rules,
    {
      // Digests are computation, asynchronous context is bookkeeping; everything else of Node reaches out of the process.
      name: "src-has-no-disk-and-no-network",
      severity: "error",
      from: noBodies,
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|async_hooks)$" }
    },
    {
      name: "src-knows-no-vendor",
      severity: "error",
      from: noBodies,
      to: { path: "^node_modules/", pathNot: "^node_modules/(effect|@effect/rpc|@effect/cluster)/" }
    },
    {
      name: "only-cluster-knows-the-cluster",
      severity: "error",
      from: { path: "^src/", pathNot: room("cluster") },
      to: { path: "^node_modules/@effect/cluster/" }
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "layers-below-actors",
      severity: "error",
      from: { path: "^layers/" },
      to: { path: ["^actors/", "^src/cli/", "^src/main\\.ts$"] }
    },
    {
      name: "actors-below-cli",
      severity: "error",
      from: { path: "^actors/" },
      to: { path: ["^src/cli/", "^src/main\\.ts$"] }
    },
    {
      name: "internal-stays-inside",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/internal/", pathNot: "^src/$1/internal/" }
    },
    {
      name: "internal-not-from-outside",
      severity: "error",
      from: { path: "^(layers|actors)/" },
      to: { path: "/internal/", pathNot: "^$1/" }
    },
    {
      name: "index-is-only-for-people",
      severity: "error",
      from: { path: "^(src|layers|actors)/.+", pathNot: "index\\.ts$" },
      to: { path: "^(src|layers|actors)/index\\.ts$" }
    },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } }
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] }
  }
}
