import type { Response as UndiciResponse } from 'undici'
import { expectTypeOf, test } from 'vitest'
import type { FetchLikeResponse } from '../../src/entries/index.js'

test('an answer of any fetch fits, whoever wrote its types', () => {
  expectTypeOf<Response>().toExtend<FetchLikeResponse>()
  expectTypeOf<UndiciResponse>().toExtend<FetchLikeResponse>()
})
