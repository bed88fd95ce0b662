import { type OAuthTokenService, openWithAnyKeys as open } from '../service.ts'
import type { OpenOptions } from '../service-options.ts'

/**
 * As `OAuthTokenService.open`, also where the key ring lacks keys that the database needs: for `listKeys` and
 * `forgetKey`, not for serving. What a missing key sealed does not open, and nothing here changes it.
 * @throws InvalidInputError | StoreUnavailableError as `OAuthTokenService.open`
 */
export function openWithAnyKeys(options: OpenOptions = {}): Promise<OAuthTokenService> {
  return open(options)
}
