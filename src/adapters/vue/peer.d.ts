/** What the adapter uses of Vue, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module 'vue' {
  export interface Ref<Value> {
    value: Value
  }

  export interface ShallowRef<Value> extends Ref<Value> {
    readonly shallow?: true
  }

  export interface ComputedRef<Value> {
    readonly value: Value
  }

  export type MaybeRefOrGetter<Value> = Value | Ref<Value> | ComputedRef<Value> | (() => Value)

  export interface EffectScope {
    readonly active: boolean
    run(task: () => void): void
  }

  export function computed<Value>(compute: () => Value): ComputedRef<Value>

  /** Vue's own type of the result depends on the value's, which the adapter does not know. */
  export function shallowRef(value: unknown): ShallowRef<unknown>

  export function toValue<Value>(source: MaybeRefOrGetter<Value>): Value

  export function getCurrentInstance(): object | null

  export function getCurrentScope(): EffectScope | undefined

  export function onMounted(run: () => void): void

  export function watch<Value>(
    source: ComputedRef<Value>,
    callback: (value: Value, previous: Value | undefined, onCleanup: (cleanUp: () => void) => void) => void,
    options: { immediate: true; flush: 'sync' },
  ): () => void
}
