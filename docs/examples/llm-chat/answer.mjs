import { encodeMessage } from 'everstream/event-stream'

const TOKEN_EVERY = Number(process.env['TOKEN_EVERY'] ?? 80)

/** The answer of a model, which is made up here. It keeps its events, so that a client can come back for the rest. */
export class Answer {
  /** @type {string[]} */
  #blocks = []
  /** @type {Set<{ onBlock: (block: string) => void, onEnd: () => void }>} */
  #readers = new Set()
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /** @param {string} question */
  constructor(question) {
    const tokens = `You asked: ${question} I do not know, but I can count: 1 2 3 4 5 6 7 8 9 10.`.split(/(?<= )/)
    this.#timer = setInterval(() => {
      const token = tokens.shift()
      if (token === undefined) this.#finish('complete')
      else this.#add('token', token)
    }, TOKEN_EVERY)
  }

  stop() {
    if (this.#timer !== undefined) this.#finish('stopped')
  }

  /**
   * Passes on the events after this number, and those to come.
   *
   * @param {number} lastEventId
   * @param {(block: string) => void} onBlock
   * @param {() => void} onEnd
   * @returns {() => void} a function that stops it
   */
  read(lastEventId, onBlock, onEnd) {
    for (const block of this.#blocks.slice(lastEventId)) onBlock(block)
    if (this.#timer === undefined) onEnd()
    const reader = { onBlock, onEnd }
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  /** @param {'complete' | 'stopped'} reason */
  #finish(reason) {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#add('done', { reason })
    for (const { onEnd } of this.#readers) onEnd()
    this.#readers.clear()
  }

  /**
   * @param {string} event
   * @param {unknown} payload
   */
  #add(event, payload) {
    const id = String(this.#blocks.length + 1)
    const block = encodeMessage({ event, id, data: JSON.stringify(payload) })
    this.#blocks.push(block)
    for (const { onBlock } of this.#readers) onBlock(block)
  }
}
