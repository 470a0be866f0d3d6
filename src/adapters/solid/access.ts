import { type Accessor, getOwner } from 'solid-js'

/** A value, or an accessor that is tracked. */
export type MaybeAccessor<Value> = Value | Accessor<Value>

/** The value: neither sources nor URLs are functions. */
export function access<Value extends object | string>(value: MaybeAccessor<Value>): Value {
  return typeof value === 'function' ? (value as Accessor<Value>)() : value
}

/** @throws Error if there is no owner, because nothing would clean up */
export function checkOwner(caller: string): void {
  if (getOwner() === null) throw new Error(`${caller}: call it in a component or in createRoot().`)
}
