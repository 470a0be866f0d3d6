// With a bundler: from 'everstream'.
// oxlint-disable-next-line import/no-absolute-path -- there is no bundler here
import { createEventSource, exponentialBackoff } from '/everstream/index.js'

/**
 * @import { TypedEventSource } from 'everstream'
 * @typedef {{ token: string, done: { reason: 'complete' | 'stopped' } }} Tokens
 */

/** The key of the chat that a reload resumes. */
const CURRENT = 'chat'

const form = /** @type {HTMLFormElement} */ (document.querySelector('form'))
const questionField = /** @type {HTMLInputElement} */ (document.querySelector('[name=question]'))
const stopButton = /** @type {HTMLButtonElement} */ (document.querySelector('#stop'))
const text = /** @type {HTMLElement} */ (document.querySelector('#answer'))
const statusLine = /** @type {HTMLElement} */ (document.querySelector('#status'))

/** Closes the answer that is shown. */
let leave = () => {}
/** Stops the model. */
let stop = () => {}

/**
 * Shows an answer. Without a question, it was asked for before.
 *
 * @param {string} id
 * @param {string} [question]
 */
function show(id, question) {
  leave()
  text.textContent = ''
  const url = `/chat/${id}`
  let isAsked = question === undefined
  /** @type {TypedEventSource<Tokens>} */
  const answer = createEventSource(url, {
    // The question is asked once. After a cut or a reload, the rest of the answer is read.
    method: () => (isAsked ? 'GET' : 'POST'),
    body: () => (isAsked ? undefined : JSON.stringify({ question })),
    reconnection: exponentialBackoff({ initialDelay: 500, shouldReconnect: ({ fatal }) => !fatal && isAsked }),
    endOn: 'done',
  })
  leave = answer.close
  stop = () => void fetch(url, { method: 'DELETE' })
  answer.on('token', ({ data }) => text.append(data))
  answer.on('done', ({ data }) => {
    statusLine.textContent = data.reason
  })
  answer.status.subscribe(({ state, failure }) => {
    if (state === 'open') isAsked = true
    stopButton.hidden = state === 'closed'
    if (state === 'closed') sessionStorage.removeItem(CURRENT)
    if (state !== 'closed' || failure) statusLine.textContent = failure?.message ?? state
  })
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const id = crypto.randomUUID()
  sessionStorage.setItem(CURRENT, id)
  show(id, questionField.value)
})
stopButton.addEventListener('click', () => stop())

const current = sessionStorage.getItem(CURRENT)
if (current !== null) show(current)
