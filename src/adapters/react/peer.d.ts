/** What the adapter uses of React, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module 'react' {
  export function useEffect(effect: () => (() => void) | void, dependencies?: readonly unknown[]): void
  export function useInsertionEffect(effect: () => (() => void) | void, dependencies?: readonly unknown[]): void
  export function useRef<Value>(initial: Value): { current: Value }
  export function useSyncExternalStore<Value>(
    subscribe: (onChange: () => void) => () => void,
    getSnapshot: () => Value,
    getServerSnapshot: () => Value,
  ): Value
}
