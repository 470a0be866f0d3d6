/** A module of Node, in the runtimes that have it: an `import` would make bundles fail that never call it. */
export function builtinModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name)
}
