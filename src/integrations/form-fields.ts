const MOST_BYTES = 8_192

/** What a form or a program sent; or the HTTP status that says why it is not read. */
export type FormFields = ReadonlyMap<string, string> | 413 | 415 | 400

/** Reads a small form (`application/x-www-form-urlencoded`) or a flat JSON object, never more than 8 KB of it. */
export async function formFields(request: Request): Promise<FormFields> {
  const text = await boundedText(request)
  if (text === null) return 413
  const type = /^[^;]*/
    .exec(request.headers.get('content-type') ?? '')?.[0]
    .trim()
    .toLowerCase()
  if (text === '') return new Map()
  if (type === 'application/x-www-form-urlencoded') return new Map(new URLSearchParams(text))
  return type === 'application/json' ? jsonFields(text) : 415
}

function jsonFields(text: string): FormFields {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return 400
    return new Map(
      Object.entries(parsed).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    )
  } catch {
    return 400
  }
}

/** Null: it is longer. */
async function boundedText(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return null
  const reader = request.body?.getReader()
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > MOST_BYTES) {
      await reader?.cancel()
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}
