/** A mistake that somebody could make in a generated project, and that the project's own tests must find. */
import type { Entity, Field, Project } from "../../../actors/fullstack/Project.ts"
import type { Sources } from "./Sources.ts"

/** One place at which a mutation can be made. */
export interface Place {
  /** Such as `Task.title: maxLength`. */
  readonly label: string
  /** The entity whose tests should find it; where there is none, any test may. */
  readonly entity?: Entity
  readonly edit: (sources: Sources) => void
}

export interface Mutation {
  readonly name: string
  /** All places that the requirements give it: none where the feature is not asked for. */
  readonly places: (project: Project) => ReadonlyArray<Place>
}

/** The places that each field of each entity gives. */
export const eachField = (
  project: Project,
  places: (entity: Entity, field: Field) => ReadonlyArray<Omit<Place, "entity">>
): ReadonlyArray<Place> =>
  project.entities.flatMap((entity) =>
    entity.fields.flatMap((field) =>
      places(entity, field).map(({ edit, label }) => ({
        label: `${entity.name.written}.${field.name.written}${label}`,
        entity,
        edit
      }))
    )
  )

/** The places that each entity gives. */
export const eachEntity = (
  project: Project,
  places: (entity: Entity) => ReadonlyArray<Omit<Place, "entity">>
): ReadonlyArray<Place> =>
  project.entities.flatMap((entity) =>
    places(entity).map(({ edit, label }) => ({ label: `${entity.name.written}: ${label}`, entity, edit }))
  )
