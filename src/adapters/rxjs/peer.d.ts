/** What the adapter uses of RxJS, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module 'rxjs' {
  export interface Subscriber<Value> {
    next(value: Value): void
    error(error: unknown): void
    complete(): void
  }

  export class Observable<Value> {
    constructor(subscribe: (subscriber: Subscriber<Value>) => () => void)
    subscribe(next: (value: Value) => void): { unsubscribe(): void }
  }
}
