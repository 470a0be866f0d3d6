import { type ComputedRef, getCurrentInstance, getCurrentScope, onMounted, watch } from 'vue'
import { isServer } from '../is-server.js'

/**
 * Calls `use` with the current value once the component is mounted, which is never on a server and not before a page is
 * hydrated; in an effect scope, immediately. Then with each new value. What it returns is called before the next value,
 * and at the end of the component or scope.
 *
 * @throws Error if there is neither, because nothing would clean up
 */
export function whileMounted<Value>(
  caller: string,
  source: ComputedRef<Value>,
  use: (value: Value) => () => void,
): void {
  const scope = getCurrentScope()
  if (scope === undefined) throw new Error(`${caller}: call it in setup() or in an effect scope.`)
  function start(): void {
    // Synchronous, so that what comes after a change never sees the previous source.
    watch(source, (value, _previous, onCleanup) => onCleanup(use(value)), { immediate: true, flush: 'sync' })
  }
  if (getCurrentInstance() !== null) {
    onMounted(() => {
      if (scope.active) scope.run(start)
    })
  } else if (!isServer()) start()
}
