/**
 * `troupe/actors`: agents that ship, ready to be put into a team.
 *
 * @since 0.1.0
 */

export * as BackendDeveloper from "./fullstack/BackendDeveloper.ts"
export * as Criteria from "./fullstack/Criteria.ts"
export * as DevelopmentCoordinator from "./fullstack/DevelopmentCoordinator.ts"
export * as DevopsEngineer from "./fullstack/DevopsEngineer.ts"
export * as FrontendDeveloper from "./fullstack/FrontendDeveloper.ts"
export * as FullstackTeam from "./fullstack/FullstackTeam.ts"
export * as ProductManager from "./fullstack/ProductManager.ts"
export * as Project from "./fullstack/Project.ts"
export * as Prose from "./fullstack/Prose.ts"
export * as QaEngineer from "./fullstack/QaEngineer.ts"
export * as Requirements from "./fullstack/Requirements.ts"
export * as RequirementsSchema from "./fullstack/RequirementsSchema.ts"
export * as Results from "./fullstack/Results.ts"
export * as SiteReliabilityEngineer from "./fullstack/SiteReliabilityEngineer.ts"
export * as Sizing from "./fullstack/Sizing.ts"
export * as TechnicalArchitect from "./fullstack/TechnicalArchitect.ts"
