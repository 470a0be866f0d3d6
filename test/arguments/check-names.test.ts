import { describe, expect, test } from 'vitest'
import { checkNames } from '../../src/arguments/check-names.js'

const NAMES = [
  'lastEventIdParam',
  'lastEventId',
  'idleTimeout',
  'withCredentials',
  'maxEventSize',
  'headers',
  'method',
  'redirect',
  'once',
]

function messageFor(name: string): string {
  try {
    checkNames('caller', { [name]: 1 }, NAMES)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

describe('the suggestion for an unknown option', () => {
  test.each([
    ['another case', 'lastEventID', 'lastEventId'],
    ['another case', 'withcredentials', 'withCredentials'],
    ['another case', 'HEADERS', 'headers'],
    ['a letter too many', 'idleTimmeout', 'idleTimeout'],
    ['a letter too few', 'idleTimout', 'idleTimeout'],
    ['another letter', 'onse', 'once'],
    ['letters in another order', 'mehtod', 'method'],
    ['the singular', 'header', 'headers'],
    ['a part of the name', 'timeout', 'idleTimeout'],
    ['a part of the name', 'maxSize', 'maxEventSize'],
    ['a longer name', 'lastEventIdParameter', 'lastEventIdParam'],
  ])('%s: %s', (_what, misspelt, meant) => {
    expect(messageFor(misspelt)).toBe(`caller: there is no option "${misspelt}"; did you mean "${meant}"?`)
  })

  test.each(['retry', 'x', '', '__proto__'])('is the list of all options for %j', (name) => {
    const options = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object
    const says = `caller: there is no option "${name}"; the options are ${NAMES.join(', ')}.`
    expect(() => checkNames('caller', options, NAMES)).toThrow(new TypeError(says))
  })

  test('is not needed if every name is known', () => {
    expect(messageFor('once')).toBe('accepted')
  })
})
