/**
 * `troupe/actors/fullstack`: the full-stack team and its agents, ready to be put into a team of your own.
 *
 * @since 0.1.0
 */

export * as BackendDeveloper from "./BackendDeveloper.ts"
export * as Criteria from "./Criteria.ts"
export * as DevelopmentCoordinator from "./DevelopmentCoordinator.ts"
export * as DevopsEngineer from "./DevopsEngineer.ts"
export * as FrontendDeveloper from "./FrontendDeveloper.ts"
export * as FullstackTeam from "./FullstackTeam.ts"
export * as ProductManager from "./ProductManager.ts"
export * as Project from "./Project.ts"
export * as Prose from "./Prose.ts"
export * as QaEngineer from "./QaEngineer.ts"
export * as Requirements from "./Requirements.ts"
export * as RequirementsSchema from "./RequirementsSchema.ts"
export * as Results from "./Results.ts"
export * as SiteReliabilityEngineer from "./SiteReliabilityEngineer.ts"
export * as Sizing from "./Sizing.ts"
export * as TechnicalArchitect from "./TechnicalArchitect.ts"
