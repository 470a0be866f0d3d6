/** What the adapter uses of Svelte, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module 'svelte' {
  export function onMount(run: () => () => void): void
}

declare module 'svelte/store' {
  export interface Readable<Value> {
    subscribe(this: void, run: (value: Value) => void): () => void
  }
}
