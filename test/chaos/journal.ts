/** The journal of a server whose clients can resume: events numbered from 1, with the number as ID. */
export function eventText(number: number): string {
  // Every shape an event can have: line ends, comments, several lines, multi-byte characters, no event type.
  switch (number % 4) {
    case 0:
      return `id: ${number}\ndata: ${number}\n\n`
    case 1:
      return `: grüße ✓\r\nevent: message\r\ndata: ${number}\r\nid: ${number}\r\n\r\n`
    case 2:
      return `id:${number}\rdata:\rdata:${number}\r\r`
    default:
      return `data: ${number}\nid: ${number}\nretry: 1\nunknown\n\n`
  }
}

/** The stream of `count` events after the one that the client names. */
export function replay(lastEventId: string | null | undefined, count: number): string {
  const first = Number(lastEventId ?? 0) + 1
  return Array.from({ length: count }, (_, index) => eventText(first + index)).join('')
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** Random numbers from 0 to below `limit`, from a seed, so that a failed run can be repeated. */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    // A linear congruential generator, with the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
