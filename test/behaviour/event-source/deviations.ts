/** Whose class it is: ours, or that of a browser. */
export type Maker = 'everstream' | 'chromium' | 'firefox' | 'webkit'

/**
 * The cases that a class does not pass, by their names, and what it does instead. The tests check both ways: what
 * is not in here passes, and what is in here fails.
 * docs/native-deviations.md and docs/event-source.md explain them.
 */

export const deviations: Readonly<Record<Maker, Readonly<Record<string, string>>>> = {
  everstream: {
    'eventsource-onmessage-trusted: events are trusted': 'what a script dispatches never is',
  },
  chromium: {
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'eventsource-reconnect: after a redirect by 302, the next attempt asks the original URL': 'it asks the last URL',
    'eventsource-reconnect: after a redirect by 307, the next attempt asks the original URL': 'it asks the last URL',
    'eventsource-reconnect: after a redirect by 308, the next attempt asks the original URL': 'it asks the last URL',
    'format-bom: a line may end right behind it': 'it loses the event',
    'format-field-retry-empty: has no digits, and is ignored': 'it sets the default of 3 s again',
    'format-mime-valid-bogus: another charset means nothing, it is UTF-8': 'it fails the connection',
  },
  firefox: {
    'eventsource-reconnect: a request that breaks before its answer is a loss too':
      'its network layer asks again unnoticed',
    'eventsource-reconnect: after a redirect by 308, the next attempt asks the original URL': 'it asks the last URL',
    'eventsource-reconnect: an ID that was reset is not sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID of a block without data is sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'format-field-id-3: one without data counts': 'it does not',
    'format-field-id-null: one with a NUL is ignored': 'it loses the event',
    'format-field-parsing: a NUL in front of a name makes it another': 'it drops the NUL',
    'format-field-retry-empty: has no digits, and is ignored': 'it counts as 0, which becomes 500 ms',
    'format-null-character: in data it stays': 'it drops those that are not in front of the value',
  },
  webkit: {
    'eventsource-reconnect: an ID that was reset is not sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID of a block without data is sent': 'it sends the ID before it',
    'eventsource-reconnect: an ID with a control character does not end it': 'it never reconnects',
    'format-field-retry-bogus: what is not only digits is ignored': 'it takes what begins like a number',
    'format-field-retry-empty: has no digits, and is ignored': 'it sets the default of 3 s again',
  },
}
