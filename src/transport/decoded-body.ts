import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib'

/**
 * A body without its content encoding (RFC 9110 §8.4). We ask for none, but proxies compress all the same, and
 * the refresh token is inside. What was cut off is decoded as far as it came. Null: an unknown encoding, broken
 * bytes, or more than `maxBytes` of them.
 */
export function decodedBody(body: Buffer, encoding: string, maxBytes: number): Buffer | null {
  const zlib = { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    switch (encoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, zlib)
      case 'deflate':
        return inflateSync(body, zlib)
      case 'br':
        return brotliDecompressSync(body, {
          maxOutputLength: maxBytes,
          finishFlush: constants.BROTLI_OPERATION_FLUSH,
        })
      default:
        return null
    }
  } catch {
    return null
  }
}
