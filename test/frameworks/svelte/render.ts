import { cleanup, render as renderComponent, type screen } from '@testing-library/svelte'
import { afterEach } from 'vitest'

afterEach(cleanup)

interface Rendered extends Pick<typeof screen, 'findByText' | 'getByText' | 'getAllByText'> {
  readonly rerender: (props: object) => Promise<void>
  readonly unmount: () => void
}

/** What a component is differs between the versions, and so do the types. */
export const render = renderComponent as unknown as (component: object, props: object) => Rendered
