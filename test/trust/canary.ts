import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'

/** The encodings in which a secret may hide. */
export const ENCODINGS = ['raw', 'base64', 'base64url', 'hex', 'URL-encoded'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** A marker that stands in every secret of a test's world, and must turn up nowhere else. */
export interface Canary {
  /** Random, and made of characters that each encoding writes in its own way. Visible ASCII (RFC 6749, VSCHAR). */
  readonly mark: string
  /** A new secret with the mark in it. */
  secret(name: string): string
  /** The encodings in which the mark occurs in some bytes, at whatever offset. */
  findIn(haystack: string | Uint8Array): readonly Encoding[]
  /** Fails when any of the things, printed in every way that a log could, holds the mark. */
  expectAbsentFrom(...things: readonly unknown[]): void
}

export function makeCanary(): Canary {
  // `~?~?>` makes `+` and `/` of base64, and percents of URLs, at every offset.
  const mark = `c4n4ry${randomBytes(6).toString('hex')}~?~?>~?/`
  const needles = ENCODINGS.map(encoding => [encoding, formsOf(mark, encoding)] as const)
  const findIn: Canary['findIn'] = haystack => {
    const bytes = typeof haystack === 'string' ? Buffer.from(haystack) : bufferOn(haystack)
    return needles.filter(([, forms]) => forms.some(form => bytes.includes(form))).map(([name]) => name)
  }
  return {
    mark,
    secret: name => `${name}.${mark}.${randomBytes(6).toString('hex')}`,
    findIn,
    expectAbsentFrom: (...things) => {
      for (const thing of things) expect(findIn(printed(thing))).toEqual([])
    },
  }
}

/** A text as an encoding writes it. */
export function encoded(text: string, encoding: Encoding): string {
  switch (encoding) {
    case 'raw':
      return text
    case 'base64':
    case 'base64url':
    case 'hex':
      return Buffer.from(text).toString(encoding)
    case 'URL-encoded':
      return encodeURIComponent(text)
  }
}

/** Everything that a log could hold of a thing. */
export function printed(thing: unknown): string {
  const own = typeof thing === 'object' && thing !== null ? Object.getOwnPropertyNames(thing) : []
  return [
    inspect(thing, {
      showHidden: true,
      depth: 9,
      getters: true,
      maxArrayLength: null,
      maxStringLength: null,
    }),
    JSON.stringify(thing),
    JSON.stringify(thing, own),
    String(thing),
    thing instanceof Error ? `${thing.stack}` : '',
  ].join('\n')
}

function formsOf(mark: string, encoding: Encoding): readonly string[] {
  switch (encoding) {
    case 'raw':
      return [mark]
    case 'base64':
    case 'base64url':
      return [0, 1, 2].map(offset => insideBase64(mark, offset, encoding))
    case 'hex':
      return [encoded(mark, 'hex'), encoded(mark, 'hex').toUpperCase()]
    case 'URL-encoded': {
      const form = new URLSearchParams({ m: mark }).toString().slice('m='.length)
      const inUrl = encodeURIComponent(mark)
      return [form, inUrl, inUrl.replaceAll(/%../g, percent => percent.toLowerCase())]
    }
  }
}

// The characters of base64 that the mark alone decides, when it begins at such an offset of a group of three bytes.
function insideBase64(mark: string, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.from('x'.repeat(offset) + mark).toString(encoding)
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + mark.length) * 8) / 6))
}

function bufferOn(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
