/** workerd: what runs, runs for a request, which carries the assignment. */
import { type Assignment, runSuites } from './run-suites.js'

export default {
  async fetch(request: Request): Promise<Response> {
    await runSuites((await request.json()) as Assignment)
    return new Response('done')
  },
}
