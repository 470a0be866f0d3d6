/**
 * The part of Standard Schema, version 1 (standardschema.dev), that everstream needs. Zod, Valibot, ArkType and others
 * implement it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** Only for type inference. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The result of a check: the value, or the issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One problem that a schema found in a payload. */
export interface StandardIssue {
  /** What is wrong, in the words of the schema library. */
  readonly message: string
  /** The keys that lead to the problem, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of the payload after a successful check. */
export type InferOutput<Schema> = Schema extends {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined }
}
  ? Output
  : never

/** The type of the payload before the check: what goes over the wire. */
export type InferInput<Schema> = Schema extends {
  readonly '~standard': { readonly types?: { readonly input: infer Input } | undefined }
}
  ? Input
  : never

/** A schema for each event type, from any library that implements Standard Schema. */
export interface SchemaMap {
  readonly [type: string]: StandardSchema
}
