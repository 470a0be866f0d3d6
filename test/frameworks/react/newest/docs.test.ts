// @vitest-environment node
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { home } from '../../versions.js'

test('the examples of docs/react.md are compiled', async () => {
  const page = await readFile(join(home, '../../docs/react.md'), 'utf8')
  const compiled = await readFile(join(home, 'react/examples.tsx'), 'utf8')
  const blocks = Array.from(page.matchAll(/^```tsx\n(.+?)^```/gms), ([, block]) => String(block))
  const paragraphs = blocks.flatMap((block) => block.trim().split('\n\n'))
  expect(paragraphs.length).toBeGreaterThan(5)
  for (const paragraph of paragraphs) {
    const code = paragraph.replace(/ +\/\/ in five components.*/, '')
    expect(compiled).toContain(code)
  }
})
