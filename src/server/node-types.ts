/** What is needed of Node's `IncomingMessage` or `Http2ServerRequest`; frameworks extend them. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
}

/** What is needed of Node's `ServerResponse` or `Http2ServerResponse`; frameworks extend them. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  getHeader(name: string): unknown
  write(bytes: Uint8Array): boolean
  end(): unknown
  end(text: string): unknown
  destroy(): unknown
  on(event: 'close' | 'drain', listener: () => void): unknown
}

/** What `respond` uses in addition if it is there, but no type promises it. */
export interface NodeInternals {
  readonly socket?: NodeSocket | null | undefined
  /** Whether the response is sent in chunks: known once the head is written. */
  readonly chunkedEncoding?: boolean | undefined
  readonly destroyed?: boolean | undefined
  /** Of HTTP/2. */
  readonly stream?: { readonly destroyed: boolean } | undefined
  /** Node's types of HTTP/2 do not have it. */
  readonly flushHeaders?: (() => void) | undefined
  /** Of the compression middleware: sends what it has gathered. */
  readonly flush?: (() => void) | undefined
}

export interface NodeSocket {
  readonly writableLength: number
  readonly destroyed: boolean
  write(bytes: Uint8Array): boolean
  cork(): void
  uncork(): void
  on(event: 'drain', listener: () => void): unknown
  removeListener(event: 'drain', listener: () => void): unknown
}
