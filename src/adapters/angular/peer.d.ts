/** What the adapter uses of Angular, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module '@angular/core' {
  export type Signal<Value> = (() => Value) & { readonly [SIGNAL]: unknown }

  export type WritableSignal<Value> = Signal<Value> & { set(value: Value): void }

  const SIGNAL: unique symbol

  export function signal<Value>(initial: Value): WritableSignal<Value>

  export function computed<Value>(compute: () => Value): Signal<Value>

  export function effect(run: (onCleanup: (cleanUp: () => void) => void) => void): unknown

  export function untracked<Value>(run: () => Value): Value

  export abstract class DestroyRef {
    abstract onDestroy(run: () => void): () => void
  }

  export const PLATFORM_ID: { readonly token: object }

  export function inject(token: typeof PLATFORM_ID): object

  export function inject<Value>(token: abstract new () => Value): Value
}
