import type { RequestRecord, Script, Step, StreamReport } from './script.js'

/** A script on the server, controlled by the test. Runs in pages and workers too. */
export interface RemoteStream {
  readonly url: string
  /** Performs the steps on every open connection and waits until they are done. */
  perform(...steps: readonly Step[]): Promise<void>
  report(): Promise<StreamReport>
  requests(): Promise<readonly RequestRecord[]>
}

let count = 0
/** Tests run in several threads, pages and workers at once, against one server. */
const realm = Math.random().toString(36).slice(2)

export async function putUp(server: string, script: Script): Promise<RemoteStream> {
  const id = `${realm}-${count++}`
  const address = `${server}/scripts/${id}`

  async function ask(init?: RequestInit): Promise<Response> {
    const response = await fetch(address, init)
    if (!response.ok) throw new Error(`The scripted server answered ${response.status} to ${address}`)
    return response
  }
  async function report(): Promise<StreamReport> {
    const response = await ask()
    return (await response.json()) as StreamReport
  }

  await ask({ method: 'PUT', body: JSON.stringify(script) })
  return {
    url: `${server}/streams/${id}`,
    async perform(...steps) {
      await ask({ method: 'POST', body: JSON.stringify(steps) })
    },
    report,
    async requests() {
      const { requests } = await report()
      return requests
    },
  }
}
