import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The first TypeScript of each section of a page of docs/, by its heading. */
export function codeOf(page: string): Map<string, string> {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const sections = text.split(/^#{2,3} /m).slice(1)
  return new Map(
    sections.flatMap((section) => {
      const code = /^```tsx?\n(.*?)^```/ms.exec(section)?.[1]
      return code === undefined ? [] : [[section.split('\n')[0]!, code] as const]
    }),
  )
}

/** The regions of a file, by name, without their common indentation. */
export function regionsOf(file: string): Map<string, string> {
  const text = readFileSync(join(root, file), 'utf8')
  return new Map(
    [...text.matchAll(/^( *)\/\/ #region ([^\n]*)\n(.*?)^ *\/\/ #endregion/gms)].map(([, indentation, name, code]) => [
      name!,
      code!.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
    ]),
  )
}
