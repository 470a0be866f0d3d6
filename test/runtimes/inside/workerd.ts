/** workerd runs code only for a request, which has the assignment. */
import { type Assignment, runSuites } from './run-suites.js'

export default {
  async fetch(request: Request): Promise<Response> {
    await runSuites(JSON.parse(await request.text()) as Assignment)
    return new Response()
  },
}
