/**
 * The scope of an incarnation, made only when somebody uses it.
 *
 * Most actors own nothing that must be closed, and an incarnation without a scope starts and ends in a fraction of the
 * time. Everything is left to Effect's own scope once there is one.
 */
import { Effect, ExecutionStrategy, Exit, Scope } from "effect"
import { pipeArguments } from "effect/Pipeable"
import { type ScopeLayout, trusted } from "./layout.ts"

export class LazyScope implements Scope.CloseableScope {
  readonly [Scope.ScopeTypeId]: Scope.ScopeTypeId = Scope.ScopeTypeId
  readonly [Scope.CloseableScopeTypeId]: Scope.CloseableScopeTypeId = Scope.CloseableScopeTypeId
  private scope: Scope.CloseableScope | undefined
  private closedWith: Exit.Exit<unknown, unknown> | undefined

  get strategy(): ExecutionStrategy.ExecutionStrategy {
    return ExecutionStrategy.sequential
  }

  /** What to hand to Effect: this object where Effect takes it for a scope of its own, else a real one. */
  get service(): Scope.CloseableScope {
    return trusted ? this : this.used()
  }

  /** Whether closing it does anything. */
  get isUsed(): boolean {
    return this.scope !== undefined
  }

  // What Effect reads and calls of a scope; its published types leave these out.
  get state(): ScopeLayout["state"] {
    return (this.used() as Scope.CloseableScope & ScopeLayout).state
  }
  fork(strategy: ExecutionStrategy.ExecutionStrategy): Effect.Effect<Scope.Scope.Closeable> {
    return Scope.fork(this.used(), strategy)
  }
  addFinalizer(finalizer: Scope.Scope.Finalizer): Effect.Effect<void> {
    return Scope.addFinalizerExit(this.used(), finalizer)
  }
  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.closedWith = exit
      return this.scope === undefined ? Effect.void : Scope.close(this.scope, exit)
    })
  }

  /** Closes a scope that nobody used: what is added from here on is released at once. */
  closeUnused(): void {
    this.closedWith = Exit.void
  }

  // biome-ignore lint/suspicious/noExplicitAny: the signature of Pipeable
  pipe(...args: Array<any>): any {
    return pipeArguments(this, args as unknown as IArguments)
  }

  private used(): Scope.CloseableScope {
    if (this.scope === undefined) {
      this.scope = Effect.runSync(Scope.make())
      // Its incarnation has ended: as with any closed scope, what is added is released at once.
      if (this.closedWith !== undefined) Effect.runSync(Scope.close(this.scope, this.closedWith))
    }
    return this.scope
  }
}
