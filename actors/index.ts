/**
 * `troupe/actors` as it was: each name says which entry point has it now.
 *
 * @since 0.1.0
 */
import { type Moved, moved } from "../src/moved.ts"

/** @deprecated Import it from `troupe/actors/fullstack`. */
export const BackendDeveloper: Moved<"troupe/actors/fullstack"> = moved("BackendDeveloper", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Criteria: Moved<"troupe/actors/fullstack"> = moved("Criteria", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const DevelopmentCoordinator: Moved<"troupe/actors/fullstack"> = moved(
  "DevelopmentCoordinator",
  "troupe/actors/fullstack"
)
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const DevopsEngineer: Moved<"troupe/actors/fullstack"> = moved("DevopsEngineer", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const FrontendDeveloper: Moved<"troupe/actors/fullstack"> = moved("FrontendDeveloper", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const FullstackTeam: Moved<"troupe/actors/fullstack"> = moved("FullstackTeam", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const ProductManager: Moved<"troupe/actors/fullstack"> = moved("ProductManager", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Project: Moved<"troupe/actors/fullstack"> = moved("Project", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Prose: Moved<"troupe/actors/fullstack"> = moved("Prose", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const QaEngineer: Moved<"troupe/actors/fullstack"> = moved("QaEngineer", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Requirements: Moved<"troupe/actors/fullstack"> = moved("Requirements", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const RequirementsSchema: Moved<"troupe/actors/fullstack"> = moved(
  "RequirementsSchema",
  "troupe/actors/fullstack"
)
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Results: Moved<"troupe/actors/fullstack"> = moved("Results", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const SiteReliabilityEngineer: Moved<"troupe/actors/fullstack"> = moved(
  "SiteReliabilityEngineer",
  "troupe/actors/fullstack"
)
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const Sizing: Moved<"troupe/actors/fullstack"> = moved("Sizing", "troupe/actors/fullstack")
/** @deprecated Import it from `troupe/actors/fullstack`. */
export const TechnicalArchitect: Moved<"troupe/actors/fullstack"> = moved(
  "TechnicalArchitect",
  "troupe/actors/fullstack"
)
