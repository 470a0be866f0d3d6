/** The observable contract that RxJS, most state libraries and the TC39 proposal share. */
export interface InteropObservable<Value> {
  subscribe(observer: { next?: ((value: Value) => void) | undefined }): { unsubscribe(): void }
}

declare global {
  interface SymbolConstructor {
    /** Declared exactly as in RxJS, so that the two declarations merge. */
    readonly observable: symbol
  }
}
