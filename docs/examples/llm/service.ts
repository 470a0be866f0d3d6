/** What all examples take. */
export interface Service {
  /** The API key. Keep it on a server: what is in a page, everybody can read. */
  readonly key: string
  /** Stops the answer when it aborts. What has arrived stays. */
  readonly signal?: AbortSignal | undefined
  /** The address of the API, for proxies and tests. */
  readonly api?: string | undefined
}
