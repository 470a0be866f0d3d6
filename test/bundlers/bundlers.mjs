/** The bundlers that applications use, each as a function from an entry file to its warnings and its output. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rspack } from '@rspack/core'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

export const bundlers = {
  esbuild: (entry) => byEsbuild(entry, []),
  'esbuild --conditions=production': (entry) => byEsbuild(entry, ['production']),

  async rollup(entry) {
    const warnings = []
    const bundled = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: true })],
      onwarn: ({ message }) => warnings.push(message),
    })
    const { output } = await bundled.generate({ format: 'iife' })
    await bundled.close()
    return { warnings, code: output[0].code }
  },

  webpack: (entry) => compile(webpack, entry, 'webpack'),
  rspack: (entry) => compile(rspack, entry, 'rspack'),

  /** As it is by default, with its lowered target, but without the code that it adds to every entry. */
  async vite(entry) {
    const warnings = []
    const { output } = await vite({
      root: dirname(entry),
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        modulePreload: { polyfill: false },
        rollupOptions: { input: entry, onwarn: ({ message }) => warnings.push(message) },
      },
    })
    return { warnings, code: output[0].code }
  },
}

async function byEsbuild(entry, conditions) {
  const { warnings, outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    write: false,
    logLevel: 'silent',
    ...(conditions.length > 0 && { conditions }),
  })
  return { warnings: warnings.map(({ text }) => text), code: outputFiles[0].text }
}

/** webpack and rspack have the same interface. */
async function compile(bundler, entry, name) {
  const context = dirname(entry)
  const compiler = bundler({ mode: 'production', context, entry, output: { path: join(context, name) } })
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => {
      if (error) reject(error)
      else compiler.close(() => resolve(result))
    })
  })
  const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  return {
    warnings: warnings.map(({ message }) => message),
    code: await readFile(join(context, name, 'main.js'), 'utf8'),
  }
}
