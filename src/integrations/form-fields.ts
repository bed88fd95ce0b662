const MOST_BYTES = 8_192

/** What a form or a program sent; or the HTTP status that says why it is not read. */
export type FormFields = ReadonlyMap<string, string> | 413 | 415 | 400

/** Reads a small form (`application/x-www-form-urlencoded`) or a flat JSON object, never more than 8 KB of it. */
export async function formFields(request: Request): Promise<FormFields> {
  const text = await boundedText(request, MOST_BYTES)
  if (text === null) return 413
  const type = mediaType(request)
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

/** What a body says that it is, without parameters: `application/json`. */
export function mediaType({ headers }: Request): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}

/** A body as text. Null: it is longer, and no more of it was read. */
export async function boundedText(request: Request, mostBytes: number): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) return null
  const reader = request.body?.getReader()
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > mostBytes) {
      await reader?.cancel()
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}
