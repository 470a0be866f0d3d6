import { generate } from 'selfsigned'

/** PEM texts. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A new one for 127.0.0.1, valid for a day: a certificate in the repository would expire at some point. */
export async function createCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  return { key, cert }
}
