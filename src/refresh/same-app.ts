import type { AppCredentials } from '../ports/provider.ts'

/** Whether both are the same app with the same secret. */
export function isSameApp(a: AppCredentials, b: AppCredentials): boolean {
  if (a.clientId !== b.clientId) return false
  return a.clientSecret === null ? b.clientSecret === null : a.clientSecret.equals(b.clientSecret)
}
