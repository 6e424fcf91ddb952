/**
 * `troupe/layers/yaml`: requirements and other input from YAML or JSON files.
 *
 * @since 0.1.0
 */
export * as RequirementsFile from "./RequirementsFile.ts"
