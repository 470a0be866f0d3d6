// @vitest-environment node
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { home } from '../../versions.js'
import { installed, newest } from './vite.js'

interface Linter {
  lintText(code: string): Promise<readonly { readonly messages: readonly { readonly message: string }[] }[]>
}

const { ESLint } = await installed<{ ESLint: new (options: object) => Linter }>('eslint')
const { default: hooks } = await installed<{ default: { configs: { flat: Record<string, object> } } }>(
  'eslint-plugin-react-hooks',
)

/** With the rules of the React Compiler, which are part of those of the hooks. */
const linter = new ESLint({
  cwd: newest,
  overrideConfigFile: true,
  overrideConfig: [
    hooks.configs.flat['recommended-latest'],
    { languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } },
  ],
})

async function lint(code: string): Promise<string[]> {
  const results = await linter.lintText(code)
  return results.flatMap(({ messages }) => messages.map(({ message }) => message))
}

test.each([
  ['a component that uses the hooks', join(home, 'react/page/App.jsx')],
  ['the hooks themselves', join(home, '../../dist/react.js')],
])('%s: the rules of hooks and of the React Compiler find nothing', async (_, file) => {
  expect(await lint(await readFile(file, 'utf8'))).toEqual([])
})

test('they do find what a render must not do', async () => {
  const messages = await lint(`
    import { useRef } from 'react'
    export function App({ url }) {
      const source = useRef(null)
      source.current ??= new EventSource(url)
      return source.current.url
    }`)
  expect(messages.join()).toMatch(/Cannot access refs during render/)
})
