/** What a server keeps that lets its clients resume: events that are numbered from 1, each known by its number. */
export function eventText(number: number): string {
  // In all the shapes that a stream may have: line ends, comments, several lines, several bytes, no event type.
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

/** The stream after the event that the client names, `count` events long. */
export function replay(lastEventId: string | null | undefined, count: number): string {
  const first = Number(lastEventId ?? 0) + 1
  return Array.from({ length: count }, (_, index) => eventText(first + index)).join('')
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** A random number, at least 0 and below `limit`, from a seed: a run that fails can be run again. */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    // A linear congruential generator, by the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
