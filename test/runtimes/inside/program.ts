/** Node, Bun and Deno: a program that gets its assignment in the environment, and has to end on its own. */
import { type Assignment, runSuites } from './run-suites.js'

await runSuites(JSON.parse(process.env['ASSIGNMENT'] ?? '') as Assignment)
