/** What stands at a path of own members: `error.code`, `errors.0.code`. Undefined: nothing. */
export function valueAt(value: unknown, path: string): unknown {
  let found: unknown = value
  for (const name of path.split('.')) {
    if (found instanceof Map) {
      found = found.get(name)
      continue
    }
    if (typeof found !== 'object' || found === null) return undefined
    found = new Map(Object.entries(found)).get(name)
  }
  return found
}

/** The text or the number at a path, as text. Null: there is none, or a number so large that JSON has rounded it. */
export function textAt(value: unknown, path: string): string | null {
  const found = valueAt(value, path)
  if (typeof found === 'number') return Math.abs(found) > Number.MAX_SAFE_INTEGER ? null : String(found)
  return typeof found === 'string' ? found : null
}
