/**
 * Installs each framework in its own folder, and tests the built adapters in it: `npm run test:frameworks`. With names,
 * only these: `node test/frameworks/run.mjs vue svelte`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const home = import.meta.dirname
const root = join(home, '../..')
const chosen = process.argv.slice(2)
const folders = readdirSync(home)
  .filter((framework) => chosen.length === 0 || chosen.includes(framework))
  .flatMap((framework) => versionsOf(join(home, framework)))

function versionsOf(framework) {
  if (!statSync(framework).isDirectory()) return []
  return readdirSync(framework)
    .map((version) => join(framework, version))
    .filter((folder) => existsSync(join(folder, 'package.json')))
}

function run(command, args, cwd = root) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

for (const folder of folders) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
const projects = chosen.flatMap((name) => ['--project', `${name} *`])
run('npx', ['vitest', 'run', '--config', 'test/frameworks/vitest.config.ts', ...projects])
