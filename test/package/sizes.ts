import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rollup } from 'rollup'
import { minify } from 'terser'

const root = join(import.meta.dirname, '../..')
const dist = join(root, 'dist')
const { isPeer } = (await import(join(root, 'rollup.config.mjs'))) as { isPeer: (specifier: string) => boolean }

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

/** The entries for frameworks. */
export const ADAPTERS: readonly string[] = ['angular', 'react', 'rxjs', 'solid', 'svelte', 'vue']

/** What it costs in an application that bundles and compresses: bytes, minified and with brotli. */
export function measure({ file, imports }: (typeof SUBJECTS)[number], build: keyof typeof BUILDS): Promise<number> {
  return measureCode(`export { ${imports} } from '${join(dist, BUILDS[build], file)}'`)
}

/** What all of an adapter costs in an application that has the client, its views and the framework anyway: bytes. */
export async function measureAdapter(file: string): Promise<number> {
  const client = `export { createEventSource, history, paced } from '${join(dist, 'index.js')}'`
  const both = await measureCode(`${client}\nexport * from '${join(dist, file)}'`)
  return both - (await measureCode(client))
}

/** What `sharedTransport` costs on top of the client. */
export async function measureSharing(): Promise<number> {
  const client = `export { createEventSource } from '${join(dist, 'index.js')}'`
  const both = `${client}\nexport { sharedTransport } from '${join(dist, 'sharing.js')}'`
  return (await measureCode(both)) - (await measureCode(client))
}

async function measureCode(entry: string): Promise<number> {
  const bundled = await rollup({
    input: 'entry',
    external: isPeer,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? entry : null),
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
