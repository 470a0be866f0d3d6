import type { Response as UndiciResponse } from 'undici'
import { expectTypeOf, test } from 'vitest'
import type { FetchLikeResponse } from '../../src/entries/index.js'

test('a response of any fetch is assignable, whoever wrote its types', () => {
  expectTypeOf<Response>().toExtend<FetchLikeResponse>()
  expectTypeOf<UndiciResponse>().toExtend<FetchLikeResponse>()
})
