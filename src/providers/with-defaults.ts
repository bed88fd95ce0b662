/** Any of `T`'s fields; a field that is undefined is one that was not given. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** `given` over `defaults`. Unlike a spread, a field given as undefined takes its default. */
export function withDefaults<T extends object>(defaults: T, given: Given<T> | undefined): T {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(entries) }
}
