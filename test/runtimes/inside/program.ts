/** Node, Bun and Deno: a program that is told its assignment in the environment, and has to end by itself. */
import { type Assignment, runSuites } from './run-suites.js'

await runSuites(JSON.parse(process.env['ASSIGNMENT'] ?? '') as Assignment)
