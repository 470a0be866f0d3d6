/** Whose class it is: ours, or that of a browser. */
export type Maker = 'everstream' | 'chromium' | 'firefox' | 'webkit'

/**
 * The cases that a class does not pass, by name, and what it does instead. The tests check both ways: a case that
 * is not listed must pass, and a listed one must fail.
 * docs/native-deviations.md and docs/event-source.md explain them.
 */

export const deviations: Readonly<Record<Maker, Readonly<Record<string, string>>>> = {
  everstream: {
    'eventsource-onmessage-trusted: events are trusted': 'events that a script dispatches never are',
  },
  chromium: {
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'eventsource-reconnect: after a redirect by 302, the next attempt requests the original URL':
      'it requests the last URL',
    'eventsource-reconnect: after a redirect by 307, the next attempt requests the original URL':
      'it requests the last URL',
    'eventsource-reconnect: after a redirect by 308, the next attempt requests the original URL':
      'it requests the last URL',
    'format-bom: the line may end right after it': 'it loses the event',
    'format-field-retry-empty: has no digits, and is ignored': 'it sets the default of 3 s again',
    'format-mime-valid-bogus: another charset is ignored, the stream is UTF-8': 'it fails the connection',
  },
  firefox: {
    'eventsource-reconnect: a request that breaks before its answer is a loss too':
      'its network layer asks again unnoticed',
    'eventsource-reconnect: after a redirect by 308, the next attempt requests the original URL':
      'it requests the last URL',
    'eventsource-reconnect: an ID that was reset is not sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID of a block without data is sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'format-field-id-3: an ID without data counts': 'it does not',
    'format-field-id-null: an ID with a NUL is ignored': 'it loses the event',
    'format-field-parsing: a NUL in front of a name makes it a different name': 'it drops the NUL',
    'format-field-retry-empty: has no digits, and is ignored': 'it counts as 0, which becomes 500 ms',
    'format-null-character: a NUL in data is kept': 'it drops those that are not in front of the value',
  },
  webkit: {
    'eventsource-reconnect: an ID that was reset is not sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID of a block without data is sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'format-field-retry-bogus: a value that is not only digits is ignored': 'it takes what begins like a number',
    'format-field-retry-empty: has no digits, and is ignored': 'it sets the default of 3 s again',
  },
}
