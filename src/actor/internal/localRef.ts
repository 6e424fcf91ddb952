/**
 * Refs of this process: `ask` and `tell` as records of methods, whose prototypes are made once per definition.
 */
import type * as Rpc from "@effect/rpc/Rpc"
import { Duration, Effect, type Fiber, Fiber as FiberModule, Option, SchemaAST } from "effect"
import type { AskError } from "../ActorError.ts"
import type { ActorType } from "../ActorRef.ts"
import { Cell } from "./cell.ts"
import { State } from "./inbox.ts"

/** What sending needs to know of a protocol. */
export interface Protocol {
  readonly tags: ReadonlyArray<string>
  readonly asks: object
  readonly tells: object
}

/** `this` of the methods in `asks` and `tells`: the record they are called on. */
interface Sends {
  readonly ref: LocalRef
}

export const protocolOf = (definition: ActorType.Any): Protocol => {
  const rpcs = [...(definition.protocol.requests as ReadonlyMap<string, Rpc.AnyWithProps>).values()]
  const asks: Record<string, unknown> = {}
  const tells: Record<string, unknown> = {}
  rpcs.forEach((rpc, index) => {
    const construct = constructorOf(rpc.payloadSchema as unknown as PayloadSchema)
    asks[rpc._tag] = function (this: Sends, payload: unknown) {
      return this.ref.askOf(index, payload, construct)
    }
    tells[rpc._tag] = function (this: Sends, payload: unknown) {
      return this.ref.tellOf(index, payload, construct)
    }
  })
  return { tags: rpcs.map((rpc) => rpc._tag), asks, tells }
}

type Construct = ((payload: unknown) => unknown) | undefined

interface PayloadSchema {
  readonly ast: SchemaAST.AST
  readonly fields?: Readonly<Record<string, { readonly ast: unknown }>>
  readonly make?: (payload: unknown, options: { readonly disableValidation: true }) => unknown
}

/**
 * In process nothing is encoded, but a payload's constructor has its say: it fills in defaults and makes instances of
 * classes. A struct with neither is its own payload and costs nothing. Whether values fit is checked by types.
 */
const constructorOf = (schema: PayloadSchema): Construct => {
  if (schema.make === undefined) return undefined
  const construct = (payload: unknown) => schema.make!(payload, { disableValidation: true })
  if (SchemaAST.isTransformation(schema.ast)) return construct
  return Object.values(schema.fields ?? {}).some((field) => hasDefault(field.ast)) ? construct : undefined
}

/** A property signature keeps its constructor's default in `defaultValue`, behind a transformation in the target side. */
const hasDefault = (ast: unknown): boolean =>
  typeof ast === "object" &&
  ast !== null &&
  (("defaultValue" in ast && ast.defaultValue !== undefined) || ("to" in ast && hasDefault(ast.to)))

export class LocalRef {
  readonly ask: object
  readonly tell: object

  constructor(
    private readonly protocol: Protocol,
    readonly address: string,
    /** Finds the cell, makes it if told to, or says why there is none. */
    private readonly find: (make: boolean) => Cell | AskError | undefined,
    private cell: Cell | undefined,
    private readonly timeoutMillis: number,
    private readonly isChild: boolean
  ) {
    this.ask = sends(protocol.asks, this)
    this.tell = sends(protocol.tells, this)
  }

  withTimeout(timeout: Duration.DurationInput): LocalRef {
    return new LocalRef(this.protocol, this.address, this.find, this.cell, Duration.toMillis(timeout), this.isChild)
  }

  /** The cell to send to. A root that ended is a new cell under the same address; a child that ended stays ended. */
  resolve(): Cell | AskError {
    const cell = this.cell
    if (cell !== undefined && (cell.state !== State.ended || this.isChild)) return cell
    // Told to make one, `find` always answers.
    const found = this.find(true)!
    if (found instanceof Cell) this.cell = found
    return found
  }

  /** The cell as it is, without making one. */
  existing(): Cell | undefined {
    const found = this.find(false)
    return found instanceof Cell ? found : undefined
  }

  tellOf(rpc: number, payload: unknown, construct: Construct): Effect.Effect<void, AskError> {
    return Effect.suspend(() => {
      const cell = this.resolve()
      return cell instanceof Cell
        ? cell.tell(rpc, construct === undefined ? payload : construct(payload))
        : Effect.fail(cell)
    })
  }

  askOf(rpc: number, payload: unknown, construct: Construct): Effect.Effect<unknown, unknown> {
    return Effect.async((resume) => {
      const cell = this.resolve()
      if (!(cell instanceof Cell)) return resume(Effect.fail(cell))
      // `async` registers from inside the asking fiber, so there is one.
      const fiber = Option.getOrThrow(FiberModule.getCurrentFiber()) as Fiber.RuntimeFiber<unknown, unknown>
      return cell.ask(rpc, construct === undefined ? payload : construct(payload), this.timeoutMillis, fiber, resume)
    })
  }
}

const sends = (methods: object, ref: LocalRef): object => {
  const record = Object.create(methods)
  record.ref = ref
  return record
}
