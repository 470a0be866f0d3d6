import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rollup } from 'rollup'
import { minify } from 'terser'

const dist = join(import.meta.dirname, '../../dist')

/** The builds, as folders of dist/. */
export const BUILDS = { full: '.', lean: 'lean' } as const

/** What an application imports, and from where. */
export const SUBJECTS = [
  { name: '`createEventSource` from `everstream`', file: 'index.js', imports: 'createEventSource' },
  { name: '`EventSource` from `everstream/event-source`', file: 'event-source.js', imports: 'EventSource' },
  { name: '`createParser` from `everstream/event-stream`', file: 'event-stream.js', imports: 'createParser' },
  { name: '`readEvents` from `everstream/event-stream`', file: 'event-stream.js', imports: 'readEvents' },
  { name: '`encodeMessage` from `everstream/event-stream`', file: 'event-stream.js', imports: 'encodeMessage' },
] as const

/** What it costs in an application that bundles and compresses: bytes, minified and with brotli. */
export async function measure(
  { file, imports }: (typeof SUBJECTS)[number],
  build: keyof typeof BUILDS,
): Promise<number> {
  const bundled = await rollup({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? `export { ${imports} } from '${join(dist, BUILDS[build], file)}'` : null),
      },
    ],
  })
  const { output } = await bundled.generate({ format: 'es' })
  await bundled.close()
  const { code = '' } = await minify(output[0].code, { module: true, compress: { passes: 2 } })
  return brotliCompressSync(code).length
}

export function inKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
