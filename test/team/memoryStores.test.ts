import { Layer } from "effect"
import { ResultCache } from "../../src/team/ResultCache.ts"
import { RunStore } from "../../src/team/RunStore.ts"
import { storeSuite } from "./storeSuite.ts"

storeSuite("in memory", (options) =>
  Layer.merge(RunStore.layerMemory({ keep: options?.keep }), ResultCache.layerMemory(options?.cache))
)
