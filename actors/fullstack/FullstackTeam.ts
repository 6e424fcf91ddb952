/**
 * The team of eight that turns a requirements file into a project.
 *
 * The longest way through it is product-manager, technical-architect, a developer, qa-engineer,
 * site-reliability-engineer, development-coordinator: 120 of the 165 minutes that the eight would take one by one, as
 * estimated. Estimates decide who goes first where not all may go, never who may go.
 *
 * @since 0.1.0
 */
import * as Team from "../../src/team/Team.ts"
import { BackendDeveloper } from "./BackendDeveloper.ts"
import { DevelopmentCoordinator } from "./DevelopmentCoordinator.ts"
import { DevopsEngineer } from "./DevopsEngineer.ts"
import { FrontendDeveloper } from "./FrontendDeveloper.ts"
import { ProductManager } from "./ProductManager.ts"
import { QaEngineer } from "./QaEngineer.ts"
import * as Requirements from "./Requirements.ts"
import { SiteReliabilityEngineer } from "./SiteReliabilityEngineer.ts"
import { TechnicalArchitect } from "./TechnicalArchitect.ts"

/**
 * The full-stack team; its input is a requirements document, parsed but not checked.
 *
 * @category models
 */
export const FullstackTeam = Team.make("fullstack", {
  description: "Eight agents turn requirements into a web application: documents, backend, frontend, deployment.",
  agents: [
    ProductManager,
    TechnicalArchitect,
    FrontendDeveloper,
    BackendDeveloper,
    DevopsEngineer,
    QaEngineer,
    SiteReliabilityEngineer,
    DevelopmentCoordinator
  ],
  parse: Requirements.parse,
  profile: Requirements.profile
})
