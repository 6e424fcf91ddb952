// The floors of ARCHITECTURE.md. Nobody imports upwards, and rooms of one floor do not import each other. Rooms that are
// not built yet have their floor already.
const floors = [
  ["actor", "cache", "secrets"],
  ["state", "resilience", "background"],
  ["context"],
  ["model"],
  ["cluster", "team"],
  ["tdd", "coding", "observe"]
]
const room = (name) => `^src/${name}/`
/** The files of a room that are made of its internals. Everything else there is below them. */
const doors = {
  actor: "^src/actor/(ActorSystem|ActorTest|EventBus|Gather|Router)\\.ts$",
  cluster: "^src/cluster/ClusterActorSystem\\.ts$",
  team: "^src/team/Team\\.ts$"
}
const internals = "^(src|layers|actors|cli)/.*internal/"
const rules = []
floors.forEach((rooms, floor) => {
  for (const name of rooms) {
    const forbidden = [...rooms.filter((other) => other !== name), ...floors.slice(floor + 1).flat()]
    rules.push({
      name: `floor-of-${name}`,
      severity: "error",
      from: { path: room(name) },
      to: { path: forbidden.map(room) }
    })
  }
})
for (const [name, path] of Object.entries(doors)) {
  rules.push(
    {
      name: `internal-below-doors-of-${name}`,
      severity: "error",
      from: { path: `${room(name)}internal/` },
      to: { path }
    },
    {
      name: `only-doors-above-internal-of-${name}`,
      severity: "error",
      from: { path: room(name), pathNot: [path, `${room(name)}internal/`] },
      to: { path: `${room(name)}internal/` }
    }
  )
}
module.exports = {
  forbidden: [
    ...rules,
    {
      name: "src-below-all-else",
      severity: "error",
      from: { path: "^src/" },
      to: { path: ["^layers/", "^actors/", "^cli/"] }
    },
    {
      // A room without a floor would be one that everybody may import and that may import everybody.
      name: "every-room-has-a-floor",
      severity: "error",
      from: {},
      to: { path: "^src/[^/]+/", pathNot: floors.flat().map(room) }
    },
    {
      // Digests are computation, asynchronous context is bookkeeping; everything else of Node reaches out of the process.
      name: "src-has-no-disk-and-no-network",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|async_hooks)$" }
    },
    {
      name: "src-knows-no-vendor",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^node_modules/", pathNot: "^node_modules/(effect|@effect/rpc|@effect/cluster)/" }
    },
    {
      name: "only-cluster-knows-the-cluster",
      severity: "error",
      from: { path: "^src/", pathNot: room("cluster") },
      to: { path: "^node_modules/@effect/cluster/" }
    },
    {
      // What a rule on imports can say of it; `test/actor/effectInternals` looks for the names.
      name: "effects-internals-in-one-room",
      severity: "error",
      from: { path: "^(src|layers|actors|cli)/", pathNot: "^src/actor/internal/effectInternals/" },
      to: { path: ["^node_modules/effect/(src|.*/internal)/", "^node_modules/effect/.*/Utils\\.(js|d\\.ts)$"] }
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "layers-below-actors", severity: "error", from: { path: "^layers/" }, to: { path: "^actors/" } },
    {
      // What two teams share moves down to the floor below them, `actors/generator`.
      name: "teams-never-import-each-other",
      severity: "error",
      from: { path: "^actors/([^/]+)/" },
      to: { path: "^actors/[^/]+/", pathNot: ["^actors/$1/", "^actors/generator/"] }
    },
    {
      name: "generator-below-teams",
      severity: "error",
      from: { path: "^actors/generator/" },
      to: { path: "^actors/", pathNot: "^actors/generator/" }
    },
    { name: "nobody-imports-cli", severity: "error", from: { pathNot: "^cli/" }, to: { path: "^cli/" } },
    {
      name: "internal-stays-inside",
      severity: "error",
      from: { path: "^(src|layers|actors)/([^/]+)/" },
      to: { path: internals, pathNot: "^$1/$2/" }
    },
    {
      name: "internal-not-from-outside",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: internals, pathNot: "^cli/" }
    },
    {
      name: "index-is-only-for-people",
      severity: "error",
      from: { path: "^(src|layers|actors|cli)/.+", pathNot: "index\\.ts$" },
      to: { path: ["^(src|layers|actors)/index\\.ts$", "^(src|layers|actors)/[^/]+/index\\.ts$"] }
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
