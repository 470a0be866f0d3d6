/**
 * Runs the behaviour suite on the published package in every installed runtime, and prints a Markdown table.
 *
 *   node run.mjs [--only bun] [--write]
 *
 * `--write` also puts the table into README.md and docs/runtimes.md, unless `--only` is given.
 *
 * The driver and the programs for the runtimes are TypeScript: they are bundled first, into a temporary directory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle } from './bundle.mjs'

const directory = mkdtempSync(join(tmpdir(), 'everstream-runtimes-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

await bundle(directory)
const { drive } = await import(pathToFileURL(join(directory, 'drive.mjs')).href)
const passed = await drive({ directory, home: import.meta.dirname, flags: process.argv.slice(2) })
if (!passed) process.exitCode = 1
